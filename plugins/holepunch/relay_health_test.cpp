// SPDX-License-Identifier: Apache-2.0
// The check of a relay, on a fake network: what passes for a relay and what does not.
#include "relay_health.hpp"

#include <doctest/doctest.h>

#include <junctor/testing/fake_host.hpp>
#include <optional>
#include <string>
#include <vector>

#include "relay_probe.hpp"
#include "wire/abi.hpp"
#include "wire/frame.hpp"
#include "wire/kinds.hpp"
#include "wire/message.hpp"

namespace junctor::holepunch {
namespace {

using namespace std::chrono_literals;
using testing::FakeHost;
using testing::FakeStream;
using Verdict = Checked::Verdict;

struct Prober {
  explicit Prober(const std::vector<std::string>& addresses = {"192.0.2.1:21117"}) {
    RelayProbe::Question question{{}, "the site's key", 3s};
    for (const std::string& text : addresses) question.addresses.push_back(*wire::Address::parse(text));
    fake.on_control([&] { host.emplace(fake.raw()); });
    fake.on_loop(0, [&] {
      RelayProbe::start(*host, question, [this](const Checked& checked) {
        CHECK_FALSE(result);
        result = checked;
      });
    });
  }
  ~Prober() {
    fake.advance(10s);
    CHECK(result);
    for (const FakeStream& dial : fake.dials()) CHECK(dial.closed());
    fake.run_until_idle();
    CHECK(fake.complaints().empty());
  }

  FakeStream dial(size_t i) {
    fake.run_until_idle();
    REQUIRE(fake.dials().size() > i);
    return fake.dials()[i];
  }
  /// Lets a connection come about and gives what the probe said on it.
  hbb::RequestRelay greeting(size_t i) {
    dial(i).accept();
    fake.run_until_idle();
    wire::FrameDecoder decoder;
    const std::string sent = dial(i).take_sent();
    std::string_view input = sent, payload;
    REQUIRE(decoder.next(input, payload) == wire::FrameDecoder::Status::kFrame);
    std::string joined;
    const auto peeled = wire::peel(payload, joined);
    REQUIRE(peeled);
    hbb::RequestRelay request;
    REQUIRE(wire::parse_inner(peeled->inner, request));
    return request;
  }
  Verdict verdict() const {
    REQUIRE(result);
    return result->verdict;
  }

  FakeHost fake;
  std::optional<Host> host;
  std::optional<Checked> result;
};

TEST_CASE("what joins two connections of one uuid is a relay") {
  Prober probe;
  const auto first = probe.greeting(0);
  const auto second = probe.greeting(1);
  CHECK(first.uuid().size() == 36);
  CHECK(first.uuid() == second.uuid());
  CHECK(first.licence_key() == "the site's key");
  probe.fake.advance(150ms);
  const std::string knock = probe.dial(0).take_sent();
  REQUIRE_FALSE(knock.empty());
  CHECK_FALSE(probe.result);
  probe.dial(1).deliver(knock.substr(0, 10));  // in pieces
  probe.fake.run_until_idle();
  CHECK_FALSE(probe.result);
  probe.dial(1).deliver(knock.substr(10));
  probe.fake.run_until_idle();
  CHECK(probe.verdict() == Verdict::kUp);
  CHECK(probe.fake.dials().size() == 2);
}

TEST_CASE("a dead port, and one that never answers, are no relay") {
  Prober refused;
  refused.dial(0).reset();
  refused.fake.run_until_idle();
  CHECK(refused.verdict() == Verdict::kDown);
  CHECK(refused.result->error == "192.0.2.1:21117: cannot connect");
  Prober silent;
  silent.fake.advance(3500ms);
  CHECK(silent.verdict() == Verdict::kDown);
}

TEST_CASE("what takes connections but joins none is no relay") {
  Prober probe;
  probe.greeting(0);
  probe.greeting(1);
  probe.fake.advance(2900ms);
  CHECK_FALSE(probe.result);
  probe.fake.advance(200ms);
  CHECK(probe.verdict() == Verdict::kDown);
}

TEST_CASE("what talks by itself, or echoes, is no relay") {
  Prober banner;
  banner.greeting(0);
  banner.dial(0).deliver("SSH-2.0-something\r\n");
  banner.fake.run_until_idle();
  CHECK(banner.verdict() == Verdict::kDown);
  Prober echo;
  echo.greeting(0);
  echo.greeting(1);
  echo.dial(1).deliver(std::string(80, 'x'));
  echo.fake.run_until_idle();
  CHECK(echo.verdict() == Verdict::kDown);
}

TEST_CASE("a relay with another key closes the connection, and that is told") {
  Prober probe;
  probe.greeting(0);
  probe.dial(0).peer_closes();
  probe.fake.run_until_idle();
  CHECK(probe.verdict() == Verdict::kDown);
  CHECK(probe.result->error.find("key") != std::string::npos);
}

TEST_CASE("of a name's addresses one that works is enough") {
  Prober probe{{"192.0.2.1:21117", "[2001:db8::1]:21117"}};
  probe.dial(0).reset();
  const auto first = probe.greeting(1);
  probe.greeting(2);
  probe.fake.advance(150ms);
  probe.dial(2).deliver(first.uuid());
  probe.fake.run_until_idle();
  CHECK(probe.verdict() == Verdict::kUp);
  CHECK(wire::from_abi(probe.dial(2).peer()).text() == "[2001:db8::1]:21117");
}

TEST_CASE("of very many addresses only the first few are tried") {
  Prober probe{std::vector<std::string>(50, "192.0.2.1:21117")};
  probe.fake.advance(60s);
  CHECK(probe.verdict() == Verdict::kDown);
  CHECK(probe.fake.dials().size() == RelayProbe::kMostAddresses);
}

TEST_CASE("a check that ends because the server stops says nothing of the relay") {
  Prober probe;
  probe.greeting(0);
  probe.fake.net().close_all();
  probe.fake.run_until_idle();
  CHECK(probe.verdict() == Verdict::kUnknown);
}

}  // namespace
}  // namespace junctor::holepunch
