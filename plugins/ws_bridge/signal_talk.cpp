// SPDX-License-Identifier: Apache-2.0
// A WebSocket as a channel of signal/1. Lives with its connection.
#include "signal_talk.hpp"

#include <utility>

#include "shared.hpp"

namespace junctor::ws_bridge {

SignalTalk::SignalTalk(Connection& connection) : Talk{connection}, reader_{connection.loop().settings.message_max} {}

SignalTalk::~SignalTalk() = default;

void SignalTalk::begin() {
  Shared& shared = connection_.shared();
  const jct_status status = shared.signal->table.attach(shared.signal->self, &transport(), this, &connection_.peer(),
                                                        &connection_.local(), &channel_);
  if (status != JCT_OK) {
    channel_ = {};
    return connection_.fail(close_code::kTryLater, Refusal::kSignal);
  }
  shared.traffic.signalling.add(1);
  connection_.settle();
}

size_t SignalTalk::on_data(std::string_view data) {
  std::string& message = connection_.loop().message;
  message = std::exchange(unfinished_, {});
  std::string_view rest = data;
  while (!connection_.over() && !connection_.heard_close()) {
    const auto status = reader_.next(rest, message);
    if (status == FrameReader::Status::kNeedMore || !take(status, message)) break;
  }
  if (!reader_.at_boundary()) unfinished_ = std::move(message);  // not copied: it may come byte by byte
  return data.size();
}

/// False where nothing that follows counts.
bool SignalTalk::take(FrameReader::Status status, std::string& message) {
  if (status == FrameReader::Status::kControl) connection_.on_control(reader_);
  if (status == FrameReader::Status::kError) {
    const bool large = reader_.error() == close_code::kTooBig;
    connection_.fail(reader_.error(), large ? Refusal::kTooLarge : Refusal::kBadFrame);
    return false;
  }
  if (status != FrameReader::Status::kFrameEnd || !reader_.last()) return true;
  const auto& signal = *connection_.shared().signal;
  if (signal.table.deliver(signal.self, &channel_, bytes(message)) < 0) {
    connection_.fail(close_code::kPolicy, Refusal::kSignal);
    return false;
  }
  message.clear();
  return true;
}

void SignalTalk::on_gone(jct_status) {
  if (channel_.handle == 0) return;
  Shared& shared = connection_.shared();
  shared.signal->table.detach(shared.signal->self, &channel_);
  channel_ = {};
  shared.traffic.signalling.add(-1);
}

jct_status SignalTalk::send(std::string_view message) {
  if (connection_.over() || connection_.said_close()) return JCT_E_CLOSED;
  std::string& out = connection_.loop().out;
  out.clear();
  append_frame(Opcode::kBinary, message, out);
  return connection_.reply(out);
}

const jct_transport& SignalTalk::transport() {
  static constexpr jct_transport kTransport{
      sizeof(jct_transport), JCT_CHANNEL_WS,
      [](void* self, jct_bytes message) -> jct_status {
        auto* talk = static_cast<SignalTalk*>(self);
        jct_status answer = JCT_E_FAULT;
        const jct_status status = talk->connection_.host().guarded("send", [&] { answer = talk->send(view(message)); });
        return status == JCT_OK ? answer : status;
      },
      [](void* self) {
        auto* talk = static_cast<SignalTalk*>(self);
        talk->connection_.host().guarded("close", [&] { talk->connection_.say_close(close_code::kNormal); });
      }};
  return kTransport;
}

}  // namespace junctor::ws_bridge
