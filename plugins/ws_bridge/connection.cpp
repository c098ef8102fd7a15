// SPDX-License-Identifier: Apache-2.0
// One client: the upgrade, then frames for what it has come for, then the close handshake. Lives on its stream's loop.
#include "connection.hpp"

#include <utility>

#include "relay_talk.hpp"
#include "shared.hpp"
#include "signal_talk.hpp"

namespace junctor::ws_bridge {
namespace {

constexpr size_t kMostReplies = 64 * 1024;  // as much as one read can ask for

}  // namespace

const char* port_is(Purpose purpose) {
  switch (purpose) {
    case Purpose::kSignal:
      return "This is the signalling port of a RustDesk server, for WebSocket clients.";
    case Purpose::kRelay:
      return "This is the relay port of a RustDesk server, for WebSocket clients.";
    default:
      return "This is a RustDesk server, for WebSocket clients: /ws/id is signalling, /ws/relay the relay.";
  }
}

Connection::Connection(Shared& shared, Purpose purpose, const jct_conn_info& info)
    : shared_{shared}, purpose_{purpose}, info_{info}, peer_{info.peer} {}

Connection::~Connection() { stream_.release(); }

const Host& Connection::host() const { return shared_.host; }

LoopState& Connection::loop() { return shared_.here(); }

bool Connection::open(Stream stream) {
  stream_ = std::move(stream);
  if (stream_.attach(*this) != JCT_OK) return false;
  timer_ = host().after(loop().settings.handshake_timeout, [this] {
    shared_.traffic.refused(Refusal::kLateHandshake, peer_);
    drop();
  });
  return true;
}

bool Connection::open_upgraded(Stream stream, const jct_addr& client) {
  peer_ = client;
  if (!open(std::move(stream))) return false;
  talk_ = talk_for("");
  talk_->begin();
  return true;
}

void Connection::drain() {
  if (!talk_) return drop();
  talk_->on_drain();
}

// ---- the upgrade ----

size_t Connection::read_head(std::string_view data) {
  const size_t head_max = loop().settings.head_max;
  const size_t size = http::head_size(data, scanned_);
  if (size > head_max || (size == 0 && data.size() >= head_max)) {
    refuse(refusal(431, "the request's head is too long"), Refusal::kHeadTooLarge);
    return data.size();
  }
  scanned_ = data.size();
  if (size == 0) return 0;
  http::Reading reading;
  if (reading.read_head(data.substr(0, size), kMaxHeaders) == http::Fault::kNone) {
    upgrade(reading.head());
  } else {
    refuse(refusal(400, "expected an HTTP/1.1 request"), Refusal::kBadRequest);
  }
  return size;
}

void Connection::upgrade(const http::Head& head) {
  peer_ = loop().proxies.origin(head, info_.peer, is_tls()).client;
  auto talk = talk_for(head.path);
  if (!talk) return refuse(refusal(404, port_is(purpose_)), Refusal::kNotFound);
  const Upgrade judged = judge(head, port_is(purpose_), loop().settings.origins);
  if (judged.status != 101) return refuse(judged, reason_of(judged));
  stream_.send(bytes_of(judged));
  talk_ = std::move(talk);
  talk_->begin();
}

std::unique_ptr<Talk> Connection::talk_for(std::string_view path) {
  if (!path.empty() && path.back() == '/') path.remove_suffix(1);
  const bool by_path = purpose_ == Purpose::kByPath;
  if (shared_.signal && (by_path ? path == "/ws/id" : purpose_ == Purpose::kSignal)) {
    return std::make_unique<SignalTalk>(*this);
  }
  if (shared_.relay && (by_path ? path == "/ws/relay" : purpose_ == Purpose::kRelay)) {
    return std::make_unique<RelayTalk>(*this);
  }
  return nullptr;
}

void Connection::refuse(const Upgrade& upgrade, Refusal reason) {
  shared_.traffic.refused(reason, peer_);
  stream_.send(bytes_of(upgrade));
  drop();
}

// ---- what the stream calls ----

size_t Connection::on_data(std::string_view data) {
  if (over_) return data.size();
  reading_ = true;
  size_t consumed = 0;
  if (!talk_) consumed = read_head(data);
  if (talk_ && !over_ && consumed < data.size()) consumed += talk_->on_data(data.substr(consumed));
  reading_ = false;
  flush_replies();
  if (!over_) return consumed;
  host().net().close(host().raw(), stream_.handle(), 0);
  return data.size();
}

void Connection::on_writable() {
  if (over_) return;
  if (close_due_) return send_close();
  if (talk_) talk_->on_writable();
}

void Connection::on_end() {
  if (over_) return;
  if (!talk_ || close_code_ != 0) return drop();
  talk_->on_end();
}

void Connection::on_close(jct_status reason) {
  stream_.release();
  timer_.cancel();
  if (talk_) talk_->on_gone(reason);
  const auto moving = shared_.transit.arrive(this);
  Shared& shared = shared_;
  std::unique_ptr<Connection> self;
  if (!moving) {
    auto found = shared.here().connections.extract(this);
    if (!found.empty()) self = std::move(found.mapped());
  }
  if (shared.open.fetch_sub(1) == 1) shared.last_gone();
}

void Connection::move(uint32_t loop_index, void (*arrived)(Talk& talk)) {
  LoopState& from = loop();
  shared_.transit.depart(std::move(from.connections.extract(this).mapped()));
  auto arrival = [this, shared = &shared_, arrived] {
    auto self = shared->transit.arrive(this);
    if (!self) return;
    shared->here().connections[this] = std::move(self);
    arrived(*talk_);
  };
  if (stream_.migrate(loop_index, arrival) == JCT_OK) return;
  from.connections[this] = shared_.transit.arrive(this);  // its stream has ended: on_close is due
}

// ---- what is said ----

jct_status Connection::reply(std::string_view frames) {
  if (over_) return JCT_E_CLOSED;
  if (!reading_) return stream_.send(frames);
  std::string& replies = loop().replies;
  replies.append(frames);
  return replies.size() < kMostReplies || flush_replies() ? JCT_OK : JCT_E_CLOSED;
}

bool Connection::flush_replies() {
  std::string& replies = loop().replies;
  if (replies.empty()) return true;
  const jct_status status = stream_.send(replies);
  replies.clear();
  if (status != JCT_E_AGAIN) return status == JCT_OK;
  shared_.traffic.refused(Refusal::kSlowReader, peer_);
  drop();
  return false;
}

jct_status Connection::send(std::string_view frames) {
  const jct_bytes piece = bytes(frames);
  return send({&piece, 1});
}

jct_status Connection::send(std::span<const jct_bytes> pieces) {
  if (over_) return JCT_E_CLOSED;
  if (reading_ && !flush_replies()) return JCT_E_CLOSED;
  return stream_.send(pieces);
}

void Connection::on_control(const FrameReader& reader) {
  if (reader.control() == Opcode::kPing && close_code_ == 0) {
    std::string pong;
    append_frame(Opcode::kPong, reader.control_payload(), pong);
    talk_->send_control(pong);
  }
  if (reader.control() != Opcode::kClose) return;
  const CloseNote note = read_close(reader.control_payload());
  if (!note.valid) return fail(note.fault, Refusal::kBadFrame);
  heard_close_ = true;
  echo_ = note.code;
  if (close_code_ == 0) wait_for_close();
  talk_->on_close_frame();
  if (close_code_ != 0 && !close_due_) drop();
}

// ---- the end ----

void Connection::say_close(uint16_t code) {
  if (over_ || close_code_ != 0) return;
  close_code_ = heard_close_ ? echo_ : code;
  if (!talk_->between_messages()) return drop();
  wait_for_close();
  send_close();
}

void Connection::send_close() {
  std::string frame;
  append_close(close_code_, "", frame);
  close_due_ = send(frame) == JCT_E_AGAIN;
  if (!close_due_ && heard_close_) drop();
}

void Connection::wait_for_close() {
  timer_ = host().after(loop().settings.close_timeout, [this] { drop(); });
}

void Connection::fail(uint16_t code, Refusal reason) {
  if (over_) return;
  shared_.traffic.refused(reason, peer_);
  if (close_code_ == 0 && talk_->between_messages()) {
    std::string frame;
    append_close(code, "", frame);
    send(frame);
  }
  drop();
}

void Connection::drop() {
  if (std::exchange(over_, true)) return;
  timer_.cancel();
  if (!reading_) host().net().close(host().raw(), stream_.handle(), 0);
}

void Connection::abort() {
  over_ = true;
  timer_.cancel();
  host().net().close(host().raw(), stream_.handle(), 1);
}

}  // namespace junctor::ws_bridge
