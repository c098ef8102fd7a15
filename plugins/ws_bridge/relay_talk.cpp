// SPDX-License-Identifier: Apache-2.0
// A WebSocket as a side of relay/1. Lives with its connection.
#include "relay_talk.hpp"

#include <algorithm>
#include <utility>

#include "junctor/service/signal.h"
#include "shared.hpp"
#include "wire/abi.hpp"
#include "wire/kinds.hpp"
#include "wire/message.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::ws_bridge {
namespace {

// A first side may speak before it has a partner. Beyond this its bytes wait in the kernel.
constexpr size_t kEarlyBytes = 16 * 1024;

uint16_t code_for(jct_status reason) {
  switch (reason) {
    case JCT_OK:
    case JCT_E_TIMEOUT:
      return close_code::kNormal;
    case JCT_E_STATE:
    case JCT_E_CLOSED:
      return close_code::kGoingAway;
    case JCT_E_LIMIT:
      return close_code::kTryLater;
    case JCT_E_DENIED:
    case JCT_E_EXISTS:
    case JCT_E_ARG:
      return close_code::kPolicy;
    default:
      return close_code::kServerFault;
  }
}

}  // namespace

bool parse_request(std::string_view message, RelayRequest* request) {
  std::string joined;
  const auto peeled = wire::peel(message, joined);
  if (!peeled || peeled->kind != wire::kKindOf<hbb::RequestRelay>) return false;
  hbb::RequestRelay raw;
  if (!wire::parse_inner(peeled->inner, raw) || raw.uuid().empty()) return false;
  *request = {std::move(*raw.mutable_uuid()), std::move(*raw.mutable_id()), std::move(*raw.mutable_licence_key()),
              std::move(*raw.mutable_token()), static_cast<uint32_t>(raw.conn_type())};
  return true;
}

RelayTalk::RelayTalk(Connection& connection) : Talk{connection}, incoming_{connection.loop().settings.message_max} {}

RelayTalk::~RelayTalk() { connection_.shared().gathered.give_back(client(), counted_); }

wire::Budget::Client RelayTalk::client() const { return wire::client_key(wire::from_abi(connection_.peer())); }

size_t RelayTalk::on_data(std::string_view data) {
  switch (state_) {
    case State::kFirst:
      return read_first(data);
    case State::kMoving:
      return 0;
    case State::kOffered:
      return connection_.heard_close() ? data.size() : relay(data);
    default:
      return discard(data);
  }
}

// ---- the request ----

size_t RelayTalk::read_first(std::string_view data) {
  std::string_view rest = data;
  FrameReader& reader = incoming_.reader();
  while (state_ == State::kFirst && !connection_.over() && !connection_.heard_close()) {
    const auto status = reader.next(rest, first_);
    if (status == FrameReader::Status::kNeedMore) break;
    if (status == FrameReader::Status::kControl) connection_.on_control(reader);
    if (status == FrameReader::Status::kError) bad_frame();
    if (status == FrameReader::Status::kFrameEnd && reader.last() && !first_.empty() && !take_first(first_)) break;
  }
  return data.size() - rest.size();
}

/// False: it was none.
bool RelayTalk::take_first(std::string_view message) {
  if (!parse_request(message, &request_)) {
    connection_.fail(close_code::kPolicy, Refusal::kBadFirstMessage);
    return false;
  }
  std::string{}.swap(first_);
  incoming_.reader().set_max_message(connection_.loop().settings.relay_message_max);
  connection_.settle();
  const auto& relay = *connection_.shared().relay;
  const uint32_t home = relay.table.loop_of(relay.self, str(request_.uuid));
  if (home == connection_.host().current_loop()) {
    offer();
  } else {
    state_ = State::kMoving;
    connection_.move(home, [](Talk& talk) { static_cast<RelayTalk&>(talk).offer(); });
  }
  return true;
}

void RelayTalk::offer() {
  Shared& shared = connection_.shared();
  jct_relay_side side{};
  side.size = sizeof side;
  side.conn_type = request_.conn_type;
  side.uuid = str(request_.uuid);
  side.id = str(request_.id);
  side.licence_key = str(request_.licence_key);
  side.peer = connection_.peer();
  side.transport = JCT_CHANNEL_WS;
  side.token = str(request_.token);
  state_ = State::kOffered;
  shared.traffic.relaying.add(1);
  const jct_status status = shared.relay->table.offer_link(shared.relay->self, &side, &link(), this, &handle_);
  request_ = {};
  if (status == JCT_OK) return read_on();  // what came behind the request
  state_ = State::kOver;
  handle_ = 0;
  shared.traffic.relaying.add(-1);
  connection_.fail(code_for(status), Refusal::kRelay);
}

// ---- from the client ----

size_t RelayTalk::relay(std::string_view data) {
  std::string_view rest = data;
  do {
    if (!pass_gathered() || !relay_some(rest)) break;
  } while (state_ == State::kOffered && !connection_.over() && !connection_.heard_close() && !rest.empty());
  if (connection_.over() || state_ != State::kOffered || connection_.heard_close()) return data.size();
  unread_ = !rest.empty();
  const bool held = unread_ || !gathered_.empty();
  if (held && (begun_ || rest.size() >= kEarlyBytes)) connection_.stream().pause();
  if (!held && fin_) finish_input();
  if (held && !begun_ && leaves(rest)) tell_end();
  return data.size() - rest.size();
}

/// Behind what waits for a partner, the client has said Close: it will not wait.
bool RelayTalk::leaves(std::string_view unread) const {
  FrameReader ahead = incoming_.reader();
  std::string& nowhere = connection_.loop().message;
  while (true) {
    nowhere.clear();
    const auto status = ahead.next(unread, nowhere);
    if (status == FrameReader::Status::kNeedMore) return false;
    if (status == FrameReader::Status::kError) return true;
    if (status == FrameReader::Status::kControl && ahead.control() == Opcode::kClose) return true;
  }
}

/// Takes one chunk and what it completes. False where the relay takes nothing now.
bool RelayTalk::relay_some(std::string_view& data) {
  const auto mark = incoming_.mark();
  std::string_view chunk = data.substr(0, JCT_RELAY_CHUNK);
  const size_t size = chunk.size();
  std::string& out = connection_.loop().message;
  out.clear();
  const Incoming::Event event = incoming_.read(chunk, out);
  if (!out.empty() && !pass(out)) {
    incoming_.back_to(mark);
    return false;
  }
  data.remove_prefix(size - chunk.size());
  return handle(event);
}

bool RelayTalk::handle(Incoming::Event event) {
  switch (event) {
    case Incoming::Event::kMessage:
      gathered_ = incoming_.take_message();
      passed_ = 0;
      return count_gathered() && pass_gathered();
    case Incoming::Event::kControl:
      connection_.on_control(incoming_.reader());
      return true;
    case Incoming::Event::kError:
      bad_frame();
      return true;
    default:
      return count_gathered();
  }
}

bool RelayTalk::pass(std::string_view data) {
  const auto& relay = *connection_.shared().relay;
  const jct_status status = relay.table.data(relay.self, handle_, bytes(data));
  if (status != JCT_OK && status != JCT_E_AGAIN && state_ == State::kOffered) connection_.drop();
  return status == JCT_OK;
}

bool RelayTalk::pass_gathered() {
  while (passed_ < gathered_.size()) {
    const std::string_view piece = std::string_view{gathered_}.substr(passed_, JCT_RELAY_CHUNK);
    if (!pass(piece)) return false;
    passed_ += piece.size();
  }
  std::string{}.swap(gathered_);
  return count_gathered();
}

/// False where its client, or all together, hold too much. Whoever holds some has so long to be done with it.
bool RelayTalk::count_gathered() {
  const size_t now = incoming_.gathered() + gathered_.size();
  if (now == counted_) return true;
  const Settings& settings = connection_.loop().settings;
  const size_t before = std::exchange(counted_, now);
  if (now == 0) {
    patience_.cancel();
  } else if (before == 0) {
    patience_ = connection_.host().after(settings.gather_time,
                                         [this] { connection_.fail(close_code::kTryLater, Refusal::kGatherFull); });
  }
  if (connection_.shared().gathered.change(client(), before, now, settings.gather_max, settings.gather_per_client)) {
    return true;
  }
  connection_.fail(close_code::kTryLater, Refusal::kGatherFull);
  return false;
}

void RelayTalk::bad_frame() {
  const uint16_t code = incoming_.reader().error();
  connection_.fail(code, code == close_code::kTooBig ? Refusal::kTooLarge : Refusal::kBadFrame);
}

/// Only the client's Close is waited for.
size_t RelayTalk::discard(std::string_view data) {
  std::string_view rest = data;
  std::string& nowhere = connection_.loop().message;
  while (!connection_.over()) {
    nowhere.clear();
    const auto status = incoming_.reader().next(rest, nowhere);
    if (status == FrameReader::Status::kNeedMore) break;
    if (status == FrameReader::Status::kControl) connection_.on_control(incoming_.reader());
    if (status == FrameReader::Status::kError) connection_.drop();
  }
  return data.size();
}

// ---- ends ----

/// Sessions go on, and who waits for a partner is the relay's to tell.
void RelayTalk::on_drain() {
  if (state_ == State::kFirst) connection_.say_close(close_code::kGoingAway);
}

void RelayTalk::on_end() {
  if (state_ != State::kOffered) return connection_.drop();
  fin_ = true;
  if (!begun_) return tell_end();  // it will not wait
  if (!unread_ && gathered_.empty()) finish_input();
}

void RelayTalk::finish_input() {
  if (!incoming_.reader().at_boundary()) return connection_.abort();
  tell_end();
}

void RelayTalk::tell_end() {
  const auto& relay = *connection_.shared().relay;
  relay.table.ended(relay.self, handle_);
}

void RelayTalk::on_close_frame() {
  if (state_ != State::kOffered) return connection_.say_close(close_code::kNormal);
  fin_ = true;
  tell_end();
}

void RelayTalk::on_gone(jct_status reason) {
  if (handle_ == 0) return;
  Shared& shared = connection_.shared();
  shared.traffic.relaying.add(-1);
  // Once both have said Close it does not matter which of them gives up the connection first, and how.
  const bool orderly = closing_ || (fin_ && connection_.said_close());
  shared.relay->table.closed(shared.relay->self, std::exchange(handle_, 0), orderly ? JCT_OK : reason);
}

void RelayTalk::on_writable() {
  if (state_ != State::kOffered) return;
  const auto& relay = *connection_.shared().relay;
  relay.table.writable(relay.self, handle_);
}

void RelayTalk::send_control(std::string_view frame) {
  if (outgoing_.keep_control(frame)) connection_.reply(frame);
}

// ---- what the relay calls ----

jct_status RelayTalk::send(std::string_view data) {
  const Outgoing before = outgoing_;
  Pieces& out = connection_.loop().pieces;
  out.clear(connection_.is_tls());
  outgoing_.append(data, out);
  const jct_status status = out.empty() ? JCT_OK : connection_.send(out.parts());
  if (status != JCT_OK) outgoing_ = before;
  return status;
}

void RelayTalk::resume() {
  begun_ = true;
  if (connection_.over() || !pass_gathered()) return;
  if (fin_ && !unread_) return finish_input();
  read_on();
}

/// Whatever has been left unread is given once more.
void RelayTalk::read_on() {
  if (connection_.over()) return;
  connection_.stream().pause();
  connection_.stream().resume();
}

void RelayTalk::end() { connection_.say_close(close_code::kNormal); }

void RelayTalk::close(jct_status reason) {
  closing_ = true;
  state_ = State::kOver;
  if (reason == JCT_E_RESET) return connection_.abort();
  connection_.say_close(code_for(reason));
  if (fin_) return connection_.drop();
  read_on();
}

const jct_relay_link& RelayTalk::link() {
  static constexpr jct_relay_link kLink{sizeof(jct_relay_link),
                                        0,
                                        [](void* self, jct_bytes data) -> jct_status {
                                          auto* talk = static_cast<RelayTalk*>(self);
                                          jct_status answer = JCT_E_FAULT;
                                          const jct_status status = talk->connection_.host().guarded(
                                              "send", [&] { answer = talk->send(view(data)); });
                                          return status == JCT_OK ? answer : status;
                                        },
                                        [](void* self) {
                                          auto* talk = static_cast<RelayTalk*>(self);
                                          talk->connection_.host().guarded("resume", [&] { talk->resume(); });
                                        },
                                        [](void* self) {
                                          auto* talk = static_cast<RelayTalk*>(self);
                                          talk->connection_.host().guarded("end", [&] { talk->end(); });
                                        },
                                        [](void* self, jct_status reason) {
                                          auto* talk = static_cast<RelayTalk*>(self);
                                          talk->connection_.host().guarded("close", [&] { talk->close(reason); });
                                        }};
  return kLink;
}

}  // namespace junctor::ws_bridge
