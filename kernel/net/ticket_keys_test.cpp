// SPDX-License-Identifier: Apache-2.0
// Sessions that are resumed, over handshakes of OpenSSL's client in memory, and a clock that the test moves.
#include "net/ticket_keys.hpp"

#include "net/tls_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using namespace std::chrono_literals;

namespace {

TicketKeys::Clock::time_point g_ticket_now = TicketKeys::Clock::time_point{} + 1000h;

struct Sessions {
  explicit Sessions(std::shared_ptr<TicketKeys> keys) : rules{} {
    rules.tickets = std::move(keys);
    context = TlsContext::make(std::vector{material_of(pair)}, rules);
  }
  ~Sessions() { SSL_SESSION_free(kept); }
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  /// Shakes hands with the ticket of last time, if any, and keeps the newest.
  bool resumes(int version) {
    MemoryHandshake talk{*context, version};
    talk.named("a.example");
    if (kept != nullptr) talk.resuming(kept);
    REQUIRE(talk.run());
    const bool reused = SSL_session_reused(talk.client) == 1;
    talk.end();
    SSL_SESSION_free(kept);
    kept = talk.session();
    return reused;
  }
  void reload() { context = TlsContext::make(std::vector{material_of(pair)}, rules); }

  junctor::testing::Certificate pair = junctor::testing::make_certificate("a.example");
  TlsRules rules;
  std::shared_ptr<const TlsContext> context;
  SSL_SESSION* kept = nullptr;
};

std::shared_ptr<TicketKeys> fake_time_keys() {
  return std::make_shared<TicketKeys>(1h, [] { return g_ticket_now; });
}

}  // namespace

TEST_CASE("a session is resumed by its ticket, also by a context made anew with the same keys") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Sessions sessions{fake_time_keys()};
    CHECK_FALSE(sessions.resumes(version));
    CHECK(sessions.resumes(version));
    sessions.reload();
    CHECK(sessions.resumes(version));
    sessions.rules.tickets = fake_time_keys();
    sessions.reload();
    CHECK_FALSE(sessions.resumes(version));
  }
}

TEST_CASE("a ticket of the key before is taken, and answered with one of the new key") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Sessions sessions{fake_time_keys()};
    CHECK_FALSE(sessions.resumes(version));
    g_ticket_now += 61min;  // the first key is the one before
    CHECK(sessions.resumes(version));
    g_ticket_now += 61min;  // it is gone, but the ticket was replaced
    CHECK(sessions.resumes(version));
  }
}

TEST_CASE("a ticket whose key is gone costs a full handshake, and no more") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Sessions sessions{fake_time_keys()};
    CHECK_FALSE(sessions.resumes(version));
    g_ticket_now += 61min;
    Sessions another{sessions.rules.tickets};  // it turns the keys meanwhile, and the ticket stays what it was
    CHECK_FALSE(another.resumes(version));
    g_ticket_now += 61min;
    CHECK_FALSE(sessions.resumes(version));
    CHECK(sessions.resumes(version));
  }
}

TEST_CASE("nobody's handshake in between: a key that has been silent for too long opens nothing") {
  Sessions sessions{fake_time_keys()};
  CHECK_FALSE(sessions.resumes(TLS1_3_VERSION));
  g_ticket_now += 2h + 1min;
  CHECK_FALSE(sessions.resumes(TLS1_3_VERSION));
}
