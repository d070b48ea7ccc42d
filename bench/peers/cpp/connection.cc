#include "connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace {

enum Type : uint8_t { kData, kHeaders, kPriority, kRstStream, kSettings, kPushPromise, kPing, kGoaway, kWindowUpdate, kContinuation };
enum Flag : uint8_t { kEndStream = 1, kAck = 1, kEndHeaders = 4, kPadded = 8, kPrioritized = 32 };
constexpr uint32_t kWideWindow = 1u << 30;
constexpr size_t kMaxFrame = 16'384;
constexpr size_t kHeader = 9;
constexpr size_t kPrefix = 5;

uint32_t uint32At(std::string_view bytes, size_t at) {
  uint32_t value;
  std::memcpy(&value, bytes.data() + at, 4);
  return ntohl(value);
}

void appendUint32(std::string& to, uint32_t value) {
  value = htonl(value);
  to.append(reinterpret_cast<const char*>(&value), 4);
}

}  // namespace

Connection::Connection(const std::string& host, int port) : authority_(host + ":" + std::to_string(port)) {
  fd_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) throw std::runtime_error("an IPv4 address expected: " + host);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot reach " + authority_);
  }
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd_, F_SETFL, O_NONBLOCK);
  nghttp2_hd_deflate_new(&deflater_, 4096);
  nghttp2_hd_inflate_new(&inflater_);
  out_ = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  std::string settings("\0\2\0\0\0\0\0\4", 8);  // ENABLE_PUSH = 0, INITIAL_WINDOW_SIZE
  appendUint32(settings, kWideWindow);
  frame(kSettings, 0, 0, settings);
  frameOfUint32(kWindowUpdate, 0, kWideWindow);
  flush();
}

Connection::~Connection() {
  close(fd_);
  for (auto& [id, rpc] : rpcs_) delete rpc;
  for (Rpc* rpc : over_) delete rpc;
  nghttp2_hd_deflate_del(deflater_);
  nghttp2_hd_inflate_del(inflater_);
}

Rpc* Connection::open(const std::string& path, RpcListener* listener) {
  Rpc* rpc = new Rpc;
  rpc->id = next_id_;
  rpc->listener = listener;
  rpc->window = stream_window_;
  next_id_ += 2;
  rpcs_[rpc->id] = rpc;
  const std::string_view fields[][2] = {{":method", "POST"}, {":scheme", "http"}, {":path", path}, {":authority", authority_},
                                        {"te", "trailers"}, {"content-type", "application/grpc"}};
  nghttp2_nv list[6];
  for (size_t at = 0; at < 6; at++) {
    auto& [name, value] = fields[at];
    list[at] = {reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())), reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())),
                name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
  }
  uint8_t block[1024];
  const auto length = nghttp2_hd_deflate_hd(deflater_, block, sizeof block, list, 6);
  if (length < 0) throw std::runtime_error("a header block that fits expected");
  frame(kHeaders, kEndHeaders, rpc->id, {reinterpret_cast<char*>(block), static_cast<size_t>(length)});
  return rpc;
}

bool Connection::send(Rpc* rpc, std::string_view message) {
  rpc->held.push_back(0);
  appendUint32(rpc->held, static_cast<uint32_t>(message.size()));
  rpc->held.append(message);
  transmit(rpc);
  return rpc->held.empty();
}

void Connection::halfClose(Rpc* rpc) {
  if (rpc->half_closed) return;
  rpc->half_closed = true;
  if (rpc->held.empty()) frame(kData, kEndStream, rpc->id, {});
}

void Connection::cancel(Rpc* rpc) {
  frameOfUint32(kRstStream, rpc->id, 8);
  finish(rpc);
}

void Connection::transmit(Rpc* rpc) {
  size_t from = 0;
  while (from < rpc->held.size()) {
    const auto most = std::min({rpc->window, window_, static_cast<int64_t>(std::min(kMaxFrame, rpc->held.size() - from))});
    if (most <= 0) break;
    const auto length = static_cast<size_t>(most);
    const bool last = rpc->half_closed && from + length == rpc->held.size();
    frame(kData, last ? kEndStream : 0, rpc->id, std::string_view(rpc->held).substr(from, length));
    rpc->window -= most;
    window_ -= most;
    from += length;
  }
  rpc->held.erase(0, from);
}

void Connection::frame(uint8_t type, uint8_t flags, uint32_t id, std::string_view payload) {
  appendUint32(out_, static_cast<uint32_t>(payload.size() << 8) | type);
  out_.push_back(static_cast<char>(flags));
  appendUint32(out_, id);
  out_.append(payload);
}

void Connection::frameOfUint32(uint8_t type, uint32_t id, uint32_t value) {
  std::string payload;
  appendUint32(payload, value);
  frame(type, 0, id, payload);
}

void Connection::flush() {
  while (!lost_ && written_ < out_.size()) {
    const ssize_t length = ::send(fd_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL);
    if (length > 0) {
      written_ += static_cast<size_t>(length);
    } else if (errno == EAGAIN) {
      return;
    } else {
      lose();
    }
  }
  out_.clear();
  written_ = 0;
}

void Connection::receive() {
  for (Rpc* rpc : over_) delete rpc;
  over_.clear();
  while (!lost_) {
    const ssize_t length = recv(fd_, in_.data() + in_length_, in_.size() - in_length_, 0);
    if (length < 0 && errno == EAGAIN) return;
    if (length <= 0) return lose();
    in_length_ += static_cast<size_t>(length);
    const bool all = in_length_ < in_.size();
    const std::string_view bytes(in_.data(), in_length_);
    size_t at = 0;
    while (bytes.size() - at >= kHeader) {
      const size_t payload = uint32At(bytes, at) >> 8;
      if (bytes.size() - at - kHeader < payload) break;
      take(static_cast<uint8_t>(bytes[at + 3]), static_cast<uint8_t>(bytes[at + 4]), uint32At(bytes, at + 5) & 0x7fffffff,
           bytes.substr(at + kHeader, payload));
      at += kHeader + payload;
    }
    std::memmove(in_.data(), in_.data() + at, in_length_ - at);
    in_length_ -= at;
    if (all) return;
  }
}

void Connection::take(uint8_t type, uint8_t flags, uint32_t id, std::string_view payload) {
  switch (type) {
    case kData:
      return takeData(flags, id, payload);
    case kHeaders:
      if (flags & kPadded) payload = payload.substr(1, payload.size() - 1 - static_cast<uint8_t>(payload[0]));
      if (flags & kPrioritized) payload.remove_prefix(5);
      return takeHeaders(flags, id, payload);
    case kContinuation:
      return takeHeaders(flags, id, payload);
    case kRstStream:
      if (auto found = rpcs_.find(id); found != rpcs_.end()) finish(found->second);
      return;
    case kSettings:
      if (!(flags & kAck)) takeSettings(payload);
      return;
    case kPing:
      if (!(flags & kAck)) frame(kPing, kAck, 0, payload);
      return;
    case kWindowUpdate:
      return grow(id, uint32At(payload, 0) & 0x7fffffff);
  }
}

void Connection::takeHeaders(uint8_t flags, uint32_t id, std::string_view block) {
  block_.append(block);
  // A block's END_STREAM is said by its HEADERS, which may come before its END_HEADERS; servers here send whole blocks.
  if (!(flags & kEndHeaders)) return;
  auto found = rpcs_.find(id);
  auto* at = reinterpret_cast<const uint8_t*>(block_.data());
  size_t left = block_.size();
  for (;;) {
    nghttp2_nv field;
    int state = 0;
    const auto length = nghttp2_hd_inflate_hd2(inflater_, &field, &state, at, left, 1);
    if (length < 0) return lose();
    at += length;
    left -= static_cast<size_t>(length);
    if (state & NGHTTP2_HD_INFLATE_EMIT) {
      const std::string name(reinterpret_cast<char*>(field.name), field.namelen);
      if (name == "grpc-status" && found != rpcs_.end()) {
        found->second->status = std::stoi(std::string(reinterpret_cast<char*>(field.value), field.valuelen));
      }
    }
    if (state & NGHTTP2_HD_INFLATE_FINAL) break;
    if (!(state & NGHTTP2_HD_INFLATE_EMIT) && left == 0) break;
  }
  nghttp2_hd_inflate_end_headers(inflater_);
  block_.clear();
  if ((flags & kEndStream) && found != rpcs_.end()) finish(found->second);
}

void Connection::takeData(uint8_t flags, uint32_t id, std::string_view data) {
  received_ += static_cast<int64_t>(data.size());
  if (received_ > kWideWindow / 2) {
    frameOfUint32(kWindowUpdate, 0, static_cast<uint32_t>(received_));
    received_ = 0;
  }
  if (flags & kPadded) data = data.substr(1, data.size() - 1 - static_cast<uint8_t>(data[0]));
  auto found = rpcs_.find(id);
  if (found == rpcs_.end()) return;
  Rpc* rpc = found->second;
  rpc->partial.append(data);
  size_t at = 0;
  while (rpc->partial.size() - at >= kPrefix) {
    const size_t length = uint32At(rpc->partial, at + 1);
    if (rpc->partial.size() - at - kPrefix < length) break;
    rpc->listener->message(std::string_view(rpc->partial).substr(at + kPrefix, length));
    at += kPrefix + length;
  }
  rpc->partial.erase(0, at);
  if (flags & kEndStream) finish(rpc);
}

void Connection::takeSettings(std::string_view payload) {
  for (size_t at = 0; at + 6 <= payload.size(); at += 6) {
    const auto parameter = static_cast<uint8_t>(payload[at + 1]);
    const uint32_t value = uint32At(payload, at + 2);
    if (parameter == 4) {
      for (auto& [id, rpc] : rpcs_) rpc->window += static_cast<int64_t>(value) - stream_window_;
      stream_window_ = value;
      for (auto& [id, rpc] : rpcs_) transmit(rpc);
    } else if (parameter == 1) {
      nghttp2_hd_deflate_change_table_size(deflater_, value);
    }
  }
  frame(kSettings, kAck, 0, {});
}

void Connection::grow(uint32_t id, uint32_t bytes) {
  if (id == 0) {
    const bool stuck = window_ <= 0;
    window_ += bytes;
    if (stuck) {
      for (auto& [other, rpc] : rpcs_) transmit(rpc);
    }
  } else if (auto found = rpcs_.find(id); found != rpcs_.end()) {
    found->second->window += bytes;
    transmit(found->second);
  }
}

void Connection::finish(Rpc* rpc) {
  if (rpcs_.erase(rpc->id) == 0) return;
  over_.push_back(rpc);
  rpc->listener->finished(rpc->status);
}

void Connection::lose() {
  if (lost_) return;
  lost_ = true;
  while (!rpcs_.empty()) {
    Rpc* rpc = rpcs_.begin()->second;
    rpc->status = -1;
    finish(rpc);
  }
}
