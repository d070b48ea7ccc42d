#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// One RPC as a client sees it.
class RpcListener {
 public:
  virtual ~RpcListener() = default;
  // A message; valid only during the call.
  virtual void message(std::string_view bytes) = 0;
  // The RPC is over; -1 stands for a stream or connection that was lost. Called once, and last.
  virtual void finished(int grpc_status) = 0;
};

struct Rpc {
  uint32_t id = 0;
  RpcListener* listener = nullptr;
  int64_t window = 0;
  // What waits for the server's windows, in whole messages with their prefix.
  std::string held;
  // A message that has come in part.
  std::string partial;
  int status = -1;
  bool half_closed = false;
};

// An HTTP/2 connection of a gRPC client (RFC 9113): frames by hand, HPACK by nghttp2. Writes what has collected when
// `flush` is called, so that frames of one moment leave together.
class Connection {
 public:
  // Throws std::runtime_error when the server is not there.
  Connection(const std::string& host, int port);
  ~Connection();
  Connection(const Connection&) = delete;

  int fd() const { return fd_; }
  bool lost() const { return lost_; }
  // Whether little waits to be written.
  bool room() const { return out_.size() - written_ < 128 * 1024; }

  Rpc* open(const std::string& path, RpcListener* listener);
  // Sends a message. Returns false when it waits for the server's windows.
  bool send(Rpc* rpc, std::string_view message);
  void halfClose(Rpc* rpc);
  void cancel(Rpc* rpc);
  void flush();
  // Reads what is there and tells the listeners.
  void receive();

 private:
  void frame(uint8_t type, uint8_t flags, uint32_t id, std::string_view payload);
  void frameOfUint32(uint8_t type, uint32_t id, uint32_t value);
  void take(uint8_t type, uint8_t flags, uint32_t id, std::string_view payload);
  void takeHeaders(uint8_t flags, uint32_t id, std::string_view block);
  void takeData(uint8_t flags, uint32_t id, std::string_view data);
  void takeSettings(std::string_view payload);
  void grow(uint32_t id, uint32_t bytes);
  void transmit(Rpc* rpc);
  void finish(Rpc* rpc);
  void lose();

  int fd_;
  std::string authority_;
  std::string out_;
  size_t written_ = 0;
  std::vector<char> in_ = std::vector<char>(512 * 1024);
  size_t in_length_ = 0;
  std::string block_;
  int64_t window_ = 65'535;
  int64_t stream_window_ = 65'535;
  int64_t received_ = 0;
  uint32_t next_id_ = 1;
  bool lost_ = false;
  std::unordered_map<uint32_t, Rpc*> rpcs_;
  // RPCs that are over; they are freed by the next `receive`, when nobody is being told about them.
  std::vector<Rpc*> over_;
  nghttp2_hd_deflater* deflater_;
  nghttp2_hd_inflater* inflater_;
};
