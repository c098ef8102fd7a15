// SPDX-License-Identifier: Apache-2.0
// One client's connection: requests one after another, each answered before the next is read. Lives on its stream's
// loop and deletes itself with it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core.hpp"
#include "intake.hpp"
#include "junctor/net.hpp"

namespace junctor::http {

class Connection final : public Carrier {
 public:
  /// `scope`: of a user's own listener; empty: the server's.
  Connection(Core& core, const jct_conn_info& info, bool redirects, std::string scope = {});
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False where it has gone already; then it is the caller's still.
  bool open(Stream stream);
  /// Closes after the answer that is under way, or the next that is asked for at once.
  void drain();
  /// Once a second.
  void look(Duration now);

  // ---- what the stream calls ----
  const Host& host() const { return core_.host; }
  size_t on_data(std::string_view data);
  void on_writable();
  void on_end();
  void on_close(jct_status reason);

  // ---- what its exchange asks for ----
  void answer(const ExchangePointer& exchange, Response&& response) override;
  void begin_stream(const ExchangePointer& exchange, Response&& head) override;
  void stream_due(const ExchangePointer& exchange) override;
  void cut_off(const ExchangePointer& exchange) override;
  jct_status take(const ExchangePointer& exchange, Response&& head, jct_handle* stream) override;
  void more_body(const ExchangePointer& exchange) override;

 private:
  enum class Phase : uint8_t {
    kIdle,     // between requests
    kHead,     // some of a head is here
    kBody,     // being gathered, or handed on in pieces
    kDiscard,  // of a request that has its answer
    kAnswer,   // its handler has it
    kStream,   // an answer in pieces
    kFlush,    // the answer is on its way
    kOver      // closing
  };
  /// What a request with a body has beside its exchange.
  struct Body {
    Body(Core& core, const jct_addr& client) : memory{core.body_memory, wire::client_key(wire::from_abi(client))} {}
    BodyMemory memory;
    std::unique_ptr<Reading> discarded;  // of a request without an exchange
    std::string kept;                    // pieces that came while its handler wanted none
    bool waits = false;                  // its handler wants no more for now
  };

  LoopState& loop() { return core_.here(); }
  // connection.cpp: in
  size_t step(std::string_view data);
  size_t read_head(std::string_view data);
  void begin(std::unique_ptr<Reading> reading);
  void answer_at_once(std::unique_ptr<Reading> reading, Response&& response);
  void begin_exchange(const ExchangePointer& exchange);
  void begin_body(const ExchangePointer& exchange);
  void dispatch(const ExchangePointer& exchange);
  size_t read_body(std::string_view data);
  size_t discard_body(std::string_view data);
  bool in_pieces() const { return (exchange_->route->flags & JCT_HTTP_ROUTE_PIECES) != 0; }
  bool keep_piece(std::string_view piece);
  void give_piece(std::string_view piece);
  void end_of_body();
  bool waits_for_others() const;
  void late();
  void ask_again();

  // connection_out.cpp: out
  void refuse(Response&& response, Refusal reason);
  void say(Response&& response, bool head_only, bool is_11);
  void write(std::string&& head, std::string&& body);
  bool pump();
  void pump_stream();
  void finish_request();
  void lose_exchange();
  void resume();
  void shut();
  void wait(Phase phase, Duration patience);
  void leave_loop();

  Core& core_;
  Stream stream_;
  const jct_conn_info info_;
  const std::unique_ptr<const std::string> scope_;  // null: the server's own
  size_t place_ = 0;                                // among its loop's
  ExchangePointer exchange_;
  std::unique_ptr<Body> body_;
  std::string out_;  // what the stream has not taken
  size_t out_sent_ = 0;
  size_t scanned_ = 0;  // of a head, without its end
  Duration deadline_{};
  uint64_t rules_ = 0;  // those that its client was judged by
  Phase phase_ = Phase::kIdle;
  const bool redirects_ : 1;
  bool keep_ : 1;
  bool chunks_ : 1;       // the stream's framing
  bool stream_over_ : 1;  // all of it is on its way
  bool reading_ : 1;      // inside on_data
  bool paused_ : 1;
  bool half_closed_ : 1;
  bool taken_ : 1;  // it is somebody else's connection now
};

}  // namespace junctor::http
