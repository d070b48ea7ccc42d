// A load generator for BYOVA servers, for what one core of Deno cannot drive. The plan of a call, the deciding frames and
// the figures are those of bench/calls.ts; prints them as JSON.
//
//   load --port PORT --speech FILE.wav [--host 127.0.0.1] [--pid SERVER] [--mode calls|set-ups|frames|list]
//        [--calls 600] [--seconds 30] [--ramp-seconds 5] [--connections 8] [--deciding START,END,START,END,START,END]
//
// --deciding spares the two calls in real time that tell the deciding frames; every report says which they were.
#include <sys/epoll.h>
#include <sys/resource.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "load_call.h"
#include "usage.h"

namespace {

// Frames leave in this many slices spread over each 20 ms.
constexpr int kSlices = 10;
// A failed call is replaced after so many ticks.
constexpr int kPauseTicks = 50;
// Calls, or RPCs, under way at once on a connection in the modes that go as fast as they can.
constexpr int kAtOnce = 4, kListsAtOnce = 16;

std::map<std::string, std::string> options{{"host", "127.0.0.1"}, {"port", ""},    {"speech", ""},       {"pid", "0"},        {"mode", "calls"},
                                           {"calls", "600"},      {"seconds", "30"}, {"ramp-seconds", "5"}, {"connections", "8"}, {"deciding", ""}};

double number(const char* name) { return std::stod(options.at(name)); }

std::vector<Deciding> decidingFrom(const std::string& text) {
  std::vector<Deciding> deciding;
  std::istringstream numbers(text);
  char comma;
  for (Deciding turn; numbers >> turn.start >> comma >> turn.end; numbers >> comma) deciding.push_back(turn);
  return deciding;
}

double ownCpuMs() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& time) { return static_cast<double>(time.tv_sec) * 1000 + static_cast<double>(time.tv_usec) / 1000; };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

// The connections, and the wait for what they bring.
class Lines {
 public:
  Lines(const std::string& host, int port, int count) : epoll_(epoll_create1(0)) {
    for (int at = 0; at < count; at++) {
      lines_.push_back(std::make_unique<Connection>(host, port));
      epoll_event event{};
      event.events = EPOLLIN | EPOLLOUT | EPOLLET;
      event.data.ptr = lines_.back().get();
      epoll_ctl(epoll_, EPOLL_CTL_ADD, lines_.back()->fd(), &event);
    }
  }

  Connection& at(size_t index) { return *lines_[index % lines_.size()]; }
  size_t size() const { return lines_.size(); }

  // Takes what has come, waiting up to `ms` for it, and writes what has collected. Throws when a connection is lost.
  void turn(int ms) {
    for (auto& line : lines_) line->flush();
    epoll_event events[64];
    const int count = epoll_wait(epoll_, events, 64, ms);
    for (int at = 0; at < count; at++) static_cast<Connection*>(events[at].data.ptr)->receive();
    for (auto& line : lines_) {
      line->flush();
      if (line->lost()) throw std::runtime_error("a connection was lost");
    }
  }

 private:
  int epoll_;
  std::vector<std::unique_ptr<Connection>> lines_;
};

struct Span {
  double ms, own_cpu_ms, server_cpu_ms, server_rss_kb;
};

// What was used from its making to `end`.
class Meter {
 public:
  Meter() : pid_(static_cast<int>(number("pid"))), start_(nowMs()), own_(ownCpuMs()), server_(usageOf(pid_)) {}

  Span end() const {
    const Usage used = usageOf(pid_);
    return {nowMs() - start_, ownCpuMs() - own_, used.cpu_ms - server_.cpu_ms, used.rss_kb};
  }

 private:
  int pid_;
  double start_, own_;
  Usage server_;
};

// Makes two unloaded calls and returns the frames at which the server made up its mind: the later ones, if they differ.
std::vector<Deciding> calibrate(Lines& lines, const Plan& plan, Tally& tally) {
  std::unique_ptr<LoadCall> calls[2];
  const double start = nowMs();
  int sent[2] = {0, 0};
  while (!(calls[0] && calls[1] && calls[0]->over() && calls[1]->over())) {
    const double now = nowMs();
    for (int at = 0; at < 2; at++) {
      if (now < start + at * kFrameMs / 2 + sent[at] * kFrameMs) continue;
      sent[at]++;
      if (!calls[at]) calls[at] = std::make_unique<LoadCall>(lines.at(0), plan, tally);
      else if (!calls[at]->over()) calls[at]->tick(now);
    }
    lines.turn(1);
  }
  if (!tally.failures.empty()) throw std::runtime_error("two unloaded calls expected: " + tally.failures.begin()->first);
  std::vector<Deciding> deciding = calls[0]->heard();
  for (size_t turn = 0; turn < deciding.size(); turn++) {
    deciding[turn].start = std::max(deciding[turn].start, calls[1]->heard()[turn].start);
    deciding[turn].end = std::max(deciding[turn].end, calls[1]->heard()[turn].end);
  }
  lines.turn(0);
  tally.clear();
  return deciding;
}

// Holds calls in real time: each sends a frame every 20 ms, and makes room for a new one when it is over.
Span realTime(Lines& lines, const Plan& plan, Tally& tally, double& live) {
  struct Slot {
    std::unique_ptr<LoadCall> call;
    int pause = 0;
  };
  const auto count = static_cast<size_t>(number("calls"));
  const double ramp_ms = number("ramp-seconds") * 1000, total_ms = ramp_ms + 1000 + number("seconds") * 1000;
  std::vector<Slot> slots(count);
  const double begin = nowMs();
  std::unique_ptr<Meter> meter;
  uint64_t live_sum = 0, samples = 0;
  for (long slice = 0;;) {
    const double due = begin + static_cast<double>(slice) * kFrameMs / kSlices;
    const double now = nowMs();
    if (now < due) {
      lines.turn(1);
      continue;
    }
    if (now - begin > total_ms) break;
    if (!meter && now - begin > ramp_ms + 1000) {
      tally.clear();
      meter = std::make_unique<Meter>();
    }
    const auto wanted = static_cast<size_t>(std::min(1.0, (now - begin + 1) / (ramp_ms + 1)) * static_cast<double>(count));
    const auto first = static_cast<size_t>(slice % kSlices);
    uint32_t frames = 0;
    for (size_t at = first; at < wanted; at += kSlices) {
      Slot& slot = slots[at];
      if (!slot.call) {
        if (slot.pause > 0) slot.pause--;
        else slot.call = std::make_unique<LoadCall>(lines.at(at), plan, tally);
        continue;
      }
      if (slot.call->streaming()) frames++;
      slot.call->tick(now);
      if (meter) live_sum++;
      if (slot.call->over()) {
        slot.pause = slot.call->failed() ? kPauseTicks : 0;
        slot.call.reset();
      }
    }
    if (meter && first == 0) samples++;
    tally.lateness.add(now - due, frames);
    slice++;
    lines.turn(0);
  }
  live = samples == 0 ? 0 : static_cast<double>(live_sum) / static_cast<double>(samples);
  return meter->end();
}

// Makes call after call as fast as the server takes them.
Span flatOut(Lines& lines, const Plan& plan, Tally& tally) {
  const Meter meter;
  const double until = nowMs() + number("seconds") * 1000;
  std::vector<std::unique_ptr<LoadCall>> calls(lines.size() * kAtOnce);
  while (nowMs() < until) {
    bool sent = false;
    for (size_t at = 0; at < calls.size(); at++) {
      auto& call = calls[at];
      Connection& line = lines.at(at);
      if (!call || call->over()) call = std::make_unique<LoadCall>(line, plan, tally);
      // Past the deciding frame the server has the word.
      for (int burst = 0; burst < 20 && call->streaming() && !call->saidAll() && line.room(); burst++) {
        sent = true;
        if (!call->tick(nowMs())) break;
      }
    }
    lines.turn(sent ? 0 : 1);
  }
  return meter.end();
}

// Asks for the list of agents as fast as the server answers.
class Lister : public RpcListener {
 public:
  Lister(Connection& line, Tally& tally) : line_(line), tally_(tally) { ask(); }
  void message(std::string_view) override {}
  void finished(int status) override {
    if (status == 0) tally_.calls++;
    else tally_.failures["status " + std::to_string(status)]++;
    ask();
  }

 private:
  void ask() {
    if (line_.lost()) return;
    Rpc* rpc = line_.open(kList, this);
    line_.send(rpc, std::string("\x0a\x05" "bench"));
    line_.halfClose(rpc);
  }
  Connection& line_;
  Tally& tally_;
};

Span list(Lines& lines, Tally& tally) {
  const Meter meter;
  const double until = nowMs() + number("seconds") * 1000;
  std::vector<std::unique_ptr<Lister>> listers;
  for (size_t at = 0; at < lines.size() * kListsAtOnce; at++) listers.push_back(std::make_unique<Lister>(lines.at(at), tally));
  while (nowMs() < until) lines.turn(1);
  return meter.end();
}

void print(const char* name, const Histogram& times) {
  std::cout << "\"" << name << "\":{\"p50\":" << times.quantile(0.5) << ",\"p99\":" << times.quantile(0.99) << ",\"count\":" << times.count() << "},";
}

void report(const Tally& tally, const std::vector<Deciding>& deciding, const Span& span, double live, double rss_before_kb) {
  std::cout << "{\"deciding\":\"";
  const char* comma = "";
  for (const auto& [start, end] : deciding) {
    std::cout << comma << start << "," << end;
    comma = ",";
  }
  std::cout << "\",\"failures\":{";
  comma = "";
  for (const auto& [reason, times] : tally.failures) {
    std::cout << comma << "\"" << reason << "\":" << times;
    comma = ",";
  }
  const auto frames = static_cast<double>(tally.frames), calls = static_cast<double>(tally.calls);
  std::cout << "},\"live\":" << live << ",\"callsCompleted\":" << tally.calls << ",\"turns\":" << tally.turns << ",\"early\":" << tally.early
            << ",\"framesPerSecond\":" << frames * 1000 / span.ms << ",\"callsPerSecond\":" << calls * 1000 / span.ms << ",";
  print("startOfInput", tally.start_latency);
  print("endOfInput", tally.end_latency);
  print("welcome", tally.welcome);
  print("answer", tally.answer);
  print("closing", tally.closing);
  print("lateness", tally.lateness);
  std::cout << "\"elapsedMs\":" << span.ms << ",\"benchCpu\":" << span.own_cpu_ms / span.ms << ",\"serverCpu\":" << span.server_cpu_ms / span.ms
            << ",\"serverUsPerFrame\":" << (frames > 0 ? span.server_cpu_ms * 1000 / frames : 0)
            << ",\"serverMsPerCall\":" << (calls > 0 ? span.server_cpu_ms / calls : 0) << ",\"serverRssMb\":" << span.server_rss_kb / 1024
            << ",\"serverKbPerCall\":" << (live > 0 ? (span.server_rss_kb - rss_before_kb) / live : 0) << "}\n";
}

}  // namespace

int main(int count, char** words) {
  for (int at = 1; at + 1 < count; at += 2) {
    const std::string name = std::string(words[at]).substr(2);
    if (options.count(name) == 0) {
      std::cerr << "Cannot read the options: one of those at the top of load.cc expected: received --" << name << "\n";
      return 64;
    }
    options[name] = words[at + 1];
  }
  try {
    Tally tally;
    Lines lines(options["host"], static_cast<int>(number("port")), static_cast<int>(number("connections")));
    const std::string mode = options["mode"];
    Plan plan{utterance(options["speech"]), mode == "set-ups" ? 0 : kTurns, {}};
    plan.deciding = decidingFrom(options["deciding"]);
    if (plan.deciding.empty() && mode != "list") plan.deciding = calibrate(lines, plan, tally);
    const double rss_before_kb = usageOf(static_cast<int>(number("pid"))).rss_kb;
    double live = 0;
    const Span span = mode == "calls"  ? realTime(lines, plan, tally, live)
                      : mode == "list" ? list(lines, tally)
                                       : flatOut(lines, plan, tally);
    report(tally, plan.deciding, span, live, rss_before_kb);
  } catch (const std::exception& error) {
    std::cerr << "Cannot go on: " << error.what() << "\n";
    return 1;
  }
}
