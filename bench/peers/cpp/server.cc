// A bare BYOVA server on C++ gRPC: it answers as the benchmark expects and detects no speech.
//
//   server PORT WELCOME.wav ANSWER.wav [START_FRAME END_FRAME]
#include <grpcpp/grpcpp.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <queue>
#include <sstream>

#include "voicevirtualagent.grpc.pb.h"

using namespace com::cisco::wcc::ccai::media::v1;
using Service = VoiceVirtualAgent::AsyncService;

namespace {

struct Script {
  std::string welcome, answer;
  // Frames of a turn after which speech counts as begun and as ended.
  int start_frame = 20, end_frame = 200;
};

// What a completion queue gives back: each operation under way has one.
class Tag {
 public:
  virtual ~Tag() = default;
  virtual void done(bool ok) = 0;
};

VoiceVAResponse saying(const std::string& audio) {
  VoiceVAResponse response;
  response.set_response_type(VoiceVAResponse::FINAL);
  auto* prompt = response.add_prompts();
  prompt->set_audio_content(audio);
  prompt->set_is_barge_in_enabled(true);
  return response;
}

VoiceVAResponse telling(OutputEvent::EventType type) {
  VoiceVAResponse response;
  response.set_response_type(VoiceVAResponse::FINAL);
  response.add_output_events()->set_event_type(type);
  return response;
}

// One ProcessCallerInput: reads on while it writes, one write at a time, and ends when both are done.
class Turn {
 public:
  Turn(Service& service, grpc::ServerCompletionQueue& queue, const Script& script)
      : service_(service), queue_(queue), script_(script), stream_(&context_) {
    service.RequestProcessCallerInput(&context_, &stream_, &queue, &queue, &began_);
  }

 private:
  template <void (Turn::*Then)(bool)>
  class Step : public Tag {
   public:
    explicit Step(Turn* turn) : turn_(turn) {}
    void done(bool ok) override { (turn_->*Then)(ok); }

   private:
    Turn* turn_;
  };

  void began(bool ok) {
    if (!ok) return delete this;
    new Turn(service_, queue_, script_);
    stream_.Read(&request_, &read_);
  }

  void read(bool ok) {
    if (!ok) {
      half_closed_ = true;
      if (heard_end_) write(saying(script_.answer));
      return finishIfDone();
    }
    if (request_.has_audio_input()) {
      frames_++;
      if (frames_ == script_.start_frame) write(telling(OutputEvent::START_OF_INPUT));
      if (frames_ == script_.end_frame) {
        heard_end_ = true;
        write(telling(OutputEvent::END_OF_INPUT));
      }
    } else if (request_.event_input().event_type() == EventInput::SESSION_START) {
      write(saying(script_.welcome));
    } else {
      write(VoiceVAResponse());
    }
    stream_.Read(&request_, &read_);
  }

  void wrote(bool) {
    writing_ = false;
    if (!waiting_.empty()) {
      const VoiceVAResponse next = std::move(waiting_.front());
      waiting_.pop();
      return write(next);
    }
    finishIfDone();
  }

  void finished(bool) { delete this; }

  void write(const VoiceVAResponse& response) {
    if (writing_) return waiting_.push(response);
    writing_ = true;
    stream_.Write(response, &wrote_);
  }

  void finishIfDone() {
    if (half_closed_ && !writing_) stream_.Finish(grpc::Status::OK, &finished_);
  }

  Service& service_;
  grpc::ServerCompletionQueue& queue_;
  const Script& script_;
  grpc::ServerContext context_;
  grpc::ServerAsyncReaderWriter<VoiceVAResponse, VoiceVARequest> stream_;
  VoiceVARequest request_;
  std::queue<VoiceVAResponse> waiting_;
  int frames_ = 0;
  bool heard_end_ = false, half_closed_ = false, writing_ = false;
  Step<&Turn::began> began_{this};
  Step<&Turn::read> read_{this};
  Step<&Turn::wrote> wrote_{this};
  Step<&Turn::finished> finished_{this};
};

// One ListVirtualAgents.
class Listing : public Tag {
 public:
  Listing(Service& service, grpc::ServerCompletionQueue& queue) : service_(service), queue_(queue), writer_(&context_) {
    service.RequestListVirtualAgents(&context_, &request_, &writer_, &queue, &queue, this);
  }

  void done(bool ok) override {
    if (!ok || answered_) return delete this;
    new Listing(service_, queue_);
    answered_ = true;
    ListVAResponse response;
    auto* agent = response.add_virtual_agents();
    agent->set_virtual_agent_id("bare");
    agent->set_virtual_agent_name("Bare");
    agent->set_is_default(true);
    writer_.Finish(response, grpc::Status::OK, this);
  }

 private:
  Service& service_;
  grpc::ServerCompletionQueue& queue_;
  grpc::ServerContext context_;
  ListVARequest request_;
  grpc::ServerAsyncResponseWriter<ListVAResponse> writer_;
  bool answered_ = false;
};

std::string fileAt(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(std::string("cannot read ") + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

int main(int count, char** words) {
  if (count != 4 && count != 6) {
    std::cerr << "server PORT WELCOME.wav ANSWER.wav [START_FRAME END_FRAME]\n";
    return 64;
  }
  Script script{fileAt(words[2]), fileAt(words[3])};
  if (count == 6) {
    script.start_frame = std::atoi(words[4]);
    script.end_frame = std::atoi(words[5]);
  }
  Service service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(std::string("127.0.0.1:") + words[1], grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto queue = builder.AddCompletionQueue();
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::cout << port << std::endl;
  // A few requests of each kind are always asked for: each asks for the next when it begins.
  for (int at = 0; at < 100; at++) {
    new Turn(service, *queue, script);
    new Listing(service, *queue);
  }
  void* tag;
  for (bool ok; queue->Next(&tag, &ok);) static_cast<Tag*>(tag)->done(ok);
}
