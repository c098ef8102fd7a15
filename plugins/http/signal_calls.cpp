// SPDX-License-Identifier: Apache-2.0
#include "signal_calls.hpp"

#include <utility>

#include "intake.hpp"
#include "wire/kinds.hpp"

namespace junctor::http {
namespace {

constexpr size_t kLargest = 1024 * 1024;  // protocol.md 2: of a message, either way

bool is_line(std::string_view text) { return text.find_first_of("\r\n") == std::string_view::npos; }

/// What frames the message, or a proxy on the way, is not the client's to say here.
bool is_ours(std::string_view name) {
  for (const std::string_view one :
       {"content-length", "transfer-encoding", "connection", "expect", "host", "upgrade"}) {
    if (same_text(name, one)) return true;
  }
  return false;
}

/// The same head that the client would have sent to the port: one reader for both ways.
std::optional<std::string> head_of(const hbb::HttpProxyRequest& request) {
  std::string head = request.method() + " " + request.path() + " HTTP/1.1\r\nHost:\r\n";
  if (!is_line(request.method()) || !is_line(request.path())) return std::nullopt;
  for (const auto& field : request.headers()) {
    if (!is_line(field.name()) || !is_line(field.value())) return std::nullopt;
    if (!is_ours(field.name())) head.append(field.name()).append(": ").append(field.value()).append("\r\n");
  }
  return head + "\r\n";
}

}  // namespace

/// One call, until it is answered. Its loop's list owns it.
class SignalCalls::Call final : public Carrier {
 public:
  Call(SignalCalls& calls, const jct_channel& channel, ExchangePointer exchange, Duration deadline)
      : calls_{calls}, channel_{channel}, exchange_{std::move(exchange)}, deadline_{deadline} {
    exchange_->carrier = this;
  }

  void answer(const ExchangePointer& exchange, Response&& response) override {
    finish_answer(*exchange, calls_.core_.here(), &response);
    account(calls_.core_.host, *exchange, response.status);
    if (exchange->request.method == JCT_HTTP_HEAD) response.body.clear();
    calls_.say(channel_, response);
    end(exchange, JCT_OK);
  }
  void cut_off(const ExchangePointer& exchange) override {
    calls_.fail(channel_, "the server cannot answer this here");
    end(exchange, JCT_E_UNSUPPORTED);
  }
  // Streams and take-overs are refused before they come here, and bodies are whole.
  bool can_stream() const override { return false; }
  void begin_stream(const ExchangePointer& exchange, Response&&) override { cut_off(exchange); }
  void stream_due(const ExchangePointer&) override {}
  jct_status take(const ExchangePointer&, Response&&, jct_handle*) override { return JCT_E_UNSUPPORTED; }
  void more_body(const ExchangePointer&) override {}

  /// True where its time is up; it has been answered then, and is to be forgotten.
  bool late(Duration now) {
    if (now < deadline_) return false;
    calls_.core_.traffic.refused(Refusal::kLateAnswer, channel_.peer, view(exchange_->request.path));
    account(calls_.core_.host, *exchange_, 504);
    calls_.say(channel_, own_response(504, view(exchange_->request.path)));
    calls_.core_.exchanges.abandon(exchange_);
    return true;
  }

 private:
  void end(const ExchangePointer& exchange, jct_status reason) {
    calls_.core_.exchanges.settle(exchange, reason);
    calls_.here().erase(this);
  }

  SignalCalls& calls_;
  const jct_channel channel_;
  const ExchangePointer exchange_;
  const Duration deadline_;
};

SignalCalls::SignalCalls(Core& core, const Signal& signal) : core_{core}, signal_{signal} {
  for (uint32_t i = 0; i < core.host.loops(); ++i) calls_.push_back(std::make_unique<Calls>());
}
SignalCalls::~SignalCalls() = default;

jct_status SignalCalls::on_message(const jct_channel& channel, std::string_view message) {
  hbb::HttpProxyRequest request;
  if (channel.handle == 0 || !request.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return JCT_E_ARG;
  }
  LoopState& loop = core_.here();
  auto reading = std::make_unique<Reading>();
  const auto head = head_of(request);
  const Fault fault = head ? reading->read_head(*head, loop.settings.fields_max) : Fault::kSyntax;
  if (fault != Fault::kNone) {
    core_.traffic.refused(Refusal::kBadRequest, channel.peer);
    say(channel, fault_answer(fault));
    return JCT_OK;
  }
  const uint32_t encrypted = (channel.flags & JCT_CHANNEL_ENCRYPTED) != 0 ? JCT_HTTP_ENCRYPTED : 0;
  Admitted admitted =
      admit(core_, loop, reading, {channel.peer, channel.local, JCT_HTTP_SIGNAL | encrypted, false, {}});
  if (!admitted.exchange) {
    say(channel, admitted.answer);
    return JCT_OK;
  }
  const ExchangePointer exchange = std::move(admitted.exchange);
  if (request.body().size() > exchange->route->body_max) {
    core_.traffic.refused(Refusal::kBodyTooLarge, channel.peer, view(exchange->request.path));
    say(channel, own_response(413, view(exchange->request.path)));
    return JCT_OK;
  }
  exchange->body = std::move(*request.mutable_body());
  exchange->request.body = bytes(exchange->body);
  core_.exchanges.open(exchange);
  core_.look_after(loop);
  auto call = std::make_unique<Call>(*this, channel, exchange, loop.now + exchange->route->deadline);
  Call* key = call.get();
  here()[key] = std::move(call);
  core_.exchanges.dispatch(exchange);
  return JCT_OK;
}

void SignalCalls::look(Duration now) {
  Calls& calls = here();
  for (auto at = calls.begin(); at != calls.end();) at = at->first->late(now) ? calls.erase(at) : std::next(at);
}

void SignalCalls::say(const jct_channel& channel, const Response& response) {
  if (response.body.size() > kLargest) return fail(channel, "the answer is too large for this way");
  core_.traffic.answered(response.status);
  hbb::HttpProxyResponse message;
  message.set_status(static_cast<int>(response.status));
  for (const auto& [name, value] : response.headers) {
    auto* field = message.add_headers();
    field->set_name(name);
    field->set_value(value);
  }
  message.set_body(response.body);
  signal_.send(channel, wire::kKindOf<hbb::HttpProxyResponse>, message.SerializeAsString());
}

void SignalCalls::fail(const jct_channel& channel, std::string_view why) {
  hbb::HttpProxyResponse message;
  message.set_error(std::string{why});
  signal_.send(channel, wire::kKindOf<hbb::HttpProxyResponse>, message.SerializeAsString());
}

}  // namespace junctor::http
