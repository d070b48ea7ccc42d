#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connection.h"
#include "histogram.h"

// Milliseconds on a clock that never jumps.
double nowMs();

constexpr int kTurns = 3;
constexpr double kFrameMs = 20;
constexpr const char* kProcess = "/com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent/ProcessCallerInput";
constexpr const char* kList = "/com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent/ListVirtualAgents";

// Everything that a caller says in one turn, as frames of 8 kHz mu-law: silence, speech, silence. Throws
// std::runtime_error for a file that is no WAV.
std::vector<std::string> utterance(const std::string& wav_path);

// In each turn of a call, the frame that was sent last before START_OF_INPUT and END_OF_INPUT came; -1 for none.
struct Deciding {
  int start = -1, end = -1;
};

// What was measured, over all calls. Times in ms.
struct Tally {
  // From the deciding frame to START_OF_INPUT and END_OF_INPUT.
  Histogram start_latency, end_latency;
  // From SESSION_START, and from END_OF_INPUT, to the first response with audio.
  Histogram welcome, answer;
  // From an RPC's last message to its trailers.
  Histogram closing;
  // How late the generator itself was with a frame.
  Histogram lateness;
  uint64_t frames = 0, calls = 0, turns = 0, early = 0;
  std::map<std::string, uint64_t> failures;

  void clear();
};

struct Plan {
  std::vector<std::string> frames;
  int turns = kTurns;
  // Empty while calibrating.
  std::vector<Deciding> deciding;
};

// One call: SESSION_START, some turns of an RPC each, SESSION_END. `tick` sends the frame that is due; everything else
// happens as responses come.
class LoadCall : public RpcListener {
 public:
  LoadCall(Connection& connection, const Plan& plan, Tally& tally);

  bool over() const { return over_; }
  bool failed() const { return failed_; }
  bool streaming() const { return streaming_; }
  // Whether the frame that ends this turn has been sent.
  bool saidAll() const;
  const std::vector<Deciding>& heard() const { return heard_; }

  // Sends the frame that is due, if the call is streaming. Returns false when no more should be sent for now.
  bool tick(double now);

  void message(std::string_view bytes) override;
  void finished(int grpc_status) override;

 private:
  void open();
  void sendEvent(int event_type);
  void fail(const std::string& reason);

  Connection& connection_;
  const Plan& plan_;
  Tally& tally_;
  std::string identity_;
  std::string request_;
  size_t audio_at_;
  Rpc* rpc_ = nullptr;
  std::vector<Deciding> heard_;
  enum { kStarting, kTalking, kLeaving } stage_ = kStarting;
  int turn_ = 0;
  int frame_ = 0;
  double asked_at_ = 0, active_at_ = 0, last_message_at_ = 0, sent_start_at_ = 0, sent_end_at_ = 0;
  bool spoken_ = false, streaming_ = false, over_ = false, failed_ = false;
};
