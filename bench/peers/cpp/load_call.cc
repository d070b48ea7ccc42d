#include "load_call.h"

#include <chrono>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>

namespace {

constexpr size_t kFrameBytes = 160;
constexpr int kLeadFrames = 10, kTrailFrames = 400;
// An RPC that stands still for so long has failed.
constexpr double kStallMs = 10'000;
enum Event { kSessionStart = 1, kSessionEnd = 2 };
enum OutputEvent { kStartOfInput = 4, kEndOfInput = 5 };

void appendVarint(std::string& to, uint64_t value) {
  for (; value > 127; value >>= 7) to.push_back(static_cast<char>(value | 128));
  to.push_back(static_cast<char>(value));
}

// A field of protobuf that holds bytes.
void appendBytes(std::string& to, uint32_t field, std::string_view bytes) {
  appendVarint(to, field << 3 | 2);
  appendVarint(to, bytes.size());
  to.append(bytes);
}

void appendNumber(std::string& to, uint32_t field, uint64_t value) {
  appendVarint(to, field << 3);
  appendVarint(to, value);
}

// The fields of a message of protobuf, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}

  bool next() {
    if (bytes_.empty()) return false;
    const uint64_t tag = varint();
    field = static_cast<uint32_t>(tag >> 3);
    number = 0;
    bytes = {};
    switch (tag & 7) {
      case 0:
        number = varint();
        return true;
      case 2: {
        const uint64_t length = varint();
        bytes = bytes_.substr(0, length);
        bytes_.remove_prefix(std::min<size_t>(length, bytes_.size()));
        return true;
      }
      default:
        throw std::runtime_error("a number or bytes expected in a response");
    }
  }

  uint32_t field = 0;
  uint64_t number = 0;
  std::string_view bytes;

 private:
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; !bytes_.empty() && shift < 64; shift += 7) {
      const auto octet = static_cast<uint8_t>(bytes_[0]);
      bytes_.remove_prefix(1);
      value |= static_cast<uint64_t>(octet & 127) << shift;
      if (octet < 128) break;
    }
    return value;
  }

  std::string_view bytes_;
};

std::string newId() {
  static std::mt19937_64 random{std::random_device{}()};
  char text[37];
  const uint64_t a = random(), b = random();
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-a%03x-%012llx", static_cast<unsigned>(a >> 32), static_cast<unsigned>(a >> 16 & 0xffff),
                static_cast<unsigned>(a & 0xfff), static_cast<unsigned>(b >> 52), static_cast<unsigned long long>(b & 0xffffffffffff));
  return text;
}

}  // namespace

double nowMs() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<std::string> utterance(const std::string& wav_path) {
  std::ifstream file(wav_path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  const std::string wav = text.str();
  const size_t chunk = wav.find("data");
  if (wav.compare(0, 4, "RIFF") != 0 || chunk == std::string::npos) throw std::runtime_error("a WAV file expected: " + wav_path);
  const std::string silence(kFrameBytes, '\xff');
  std::vector<std::string> frames(kLeadFrames, silence);
  for (size_t at = chunk + 8; at < wav.size(); at += kFrameBytes) {
    std::string frame = wav.substr(at, kFrameBytes);
    frame.resize(kFrameBytes, '\xff');
    frames.push_back(frame);
  }
  frames.insert(frames.end(), kTrailFrames, silence);
  return frames;
}

void Tally::clear() {
  for (Histogram* each : {&start_latency, &end_latency, &welcome, &answer, &closing, &lateness}) each->clear();
  frames = calls = turns = early = 0;
  failures.clear();
}

LoadCall::LoadCall(Connection& connection, const Plan& plan, Tally& tally) : connection_(connection), plan_(plan), tally_(tally) {
  appendBytes(identity_, 1, newId());
  appendBytes(identity_, 2, "bench");
  std::string input;
  appendBytes(input, 1, std::string(kFrameBytes, '\xa5'));
  appendNumber(input, 2, 2);  // MULAW_FORMAT
  appendNumber(input, 3, 8000);
  appendBytes(input, 5, "en-US");
  request_ = identity_;
  appendBytes(request_, 6, input);
  audio_at_ = request_.find(std::string(kFrameBytes, '\xa5'));
  sendEvent(kSessionStart);
}

bool LoadCall::saidAll() const {
  const auto turn = static_cast<size_t>(turn_);
  return turn < plan_.deciding.size() && frame_ > plan_.deciding[turn].end;
}

bool LoadCall::tick(double now) {
  if (!streaming_) {
    if (!over_ && now - active_at_ > kStallMs) fail("an RPC stood still");
    return true;
  }
  if (static_cast<size_t>(frame_) >= plan_.frames.size()) {
    fail("no END_OF_INPUT");
    return true;
  }
  std::memcpy(request_.data() + audio_at_, plan_.frames[static_cast<size_t>(frame_)].data(), kFrameBytes);
  const bool room = connection_.send(rpc_, request_);
  tally_.frames++;
  if (static_cast<size_t>(turn_) < plan_.deciding.size()) {
    const Deciding& deciding = plan_.deciding[static_cast<size_t>(turn_)];
    if (frame_ == deciding.start) sent_start_at_ = now;
    if (frame_ == deciding.end) sent_end_at_ = now;
  }
  frame_++;
  return room;
}

void LoadCall::message(std::string_view bytes) {
  const double now = last_message_at_ = nowMs();
  uint64_t event = 0;
  bool audio = false;
  for (Fields response(bytes); response.next();) {
    if (response.field == 1) {
      for (Fields prompt(response.bytes); prompt.next();) audio |= prompt.field == 3 && !prompt.bytes.empty();
    } else if (response.field == 2 && event == 0) {
      for (Fields output(response.bytes); output.next();) {
        if (output.field == 1) event = output.number;
      }
    }
  }
  if (event == kStartOfInput) {
    heard_.back().start = frame_ - 1;
    if (sent_start_at_ > 0) tally_.start_latency.add(now - sent_start_at_);
    else if (!plan_.deciding.empty()) tally_.early++;
  } else if (event == kEndOfInput) {
    heard_.back().end = frame_ - 1;
    if (sent_end_at_ > 0) tally_.end_latency.add(now - sent_end_at_);
    else if (!plan_.deciding.empty()) tally_.early++;
    asked_at_ = active_at_ = now;
    spoken_ = streaming_ = false;
    connection_.halfClose(rpc_);
  }
  if (!spoken_ && audio) {
    spoken_ = true;
    (stage_ == kStarting ? tally_.welcome : tally_.answer).add(now - asked_at_);
  }
}

void LoadCall::finished(int grpc_status) {
  rpc_ = nullptr;
  streaming_ = false;
  if (over_) return;
  if (grpc_status != 0) return fail("status " + std::to_string(grpc_status));
  if (last_message_at_ > 0) tally_.closing.add(nowMs() - last_message_at_);
  if (stage_ == kLeaving) {
    over_ = true;
    tally_.calls++;
    return;
  }
  if (stage_ == kTalking) {
    if (heard_.back().end < 0) return fail("a turn without END_OF_INPUT");
    tally_.turns++;
    turn_++;
  }
  if (turn_ >= plan_.turns) {
    stage_ = kLeaving;
    return sendEvent(kSessionEnd);
  }
  stage_ = kTalking;
  frame_ = 0;
  sent_start_at_ = sent_end_at_ = 0;
  heard_.emplace_back();
  open();
  streaming_ = true;
}

void LoadCall::sendEvent(int event_type) {
  std::string event, request = identity_;
  appendNumber(event, 1, static_cast<uint64_t>(event_type));
  appendBytes(request, 8, event);
  spoken_ = event_type != kSessionStart;
  asked_at_ = nowMs();
  open();
  connection_.send(rpc_, request);
  connection_.halfClose(rpc_);
}

void LoadCall::open() {
  active_at_ = nowMs();
  last_message_at_ = 0;
  rpc_ = connection_.open(kProcess, this);
}

void LoadCall::fail(const std::string& reason) {
  if (over_) return;
  over_ = failed_ = true;
  streaming_ = false;
  tally_.failures[reason]++;
  if (rpc_ != nullptr) connection_.cancel(rpc_);
}
