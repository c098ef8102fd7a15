// SPDX-License-Identifier: Apache-2.0
// Tests of IdChange.
#include "registration/id_change.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "rendezvous/test_values.hpp"

namespace junctor::rendezvous {
namespace {

using namespace std::chrono_literals;
using Response = hbb::RegisterPkResponse;

struct Site : IdChangePorts {
  Site() {
    RegistrationLimits::Rates rates;
    rates.id = {3, 6s};
    limits.configure(rates);
    presence.put("123456789", test::udp_from("198.51.100.1:5000"), 1s);
  }
  Duration now() const override { return 10s; }
  void admit_change(const Wish&, std::function<void(std::string_view)> done) override { done(denial); }
  void rename(const Wish& wish, std::function<void(jct_status)> done) override {
    renamed.push_back(wish.old_id + " " + wish.id + " " + wish.uuid);
    done(stored);
  }
  void answer_pk(const jct_channel&, Response::Result result) override { answers.push_back(result); }
  void refused(Refusal why, std::string_view, const jct_channel&, std::string_view) override {
    refusals.push_back(why);
  }

  Response::Result ask(const std::string& id, bool allowed = true, bool by_tcp = true) {
    hbb::RegisterPk request;
    request.set_old_id("123456789");
    request.set_id(id);
    request.set_uuid("uuid");
    change.change(by_tcp ? test::tcp_from("198.51.100.1:5000", 5) : test::udp_from("198.51.100.1:5000"), request,
                  allowed);
    return answers.back();
  }

  std::string denial;
  jct_status stored = JCT_OK;
  std::vector<std::string> renamed;
  std::vector<Response::Result> answers;
  std::vector<Refusal> refusals;
  Presence presence{{1}, 10};
  RegistrationLimits limits{{1}};
  IdChange change{*this, presence, limits};
};

TEST_CASE("a device takes a new id, and nobody is online under the old one") {
  Site site;
  CHECK(site.ask("new-name") == Response::OK);
  CHECK(site.renamed == std::vector<std::string>{"123456789 new-name uuid"});
  CHECK_FALSE(site.presence.find("123456789"));
}

TEST_CASE("what storage says becomes the answer, and the old id stays") {
  Site site;
  SUBCASE("taken") {
    site.stored = JCT_E_EXISTS;
    CHECK(site.ask("new-name") == Response::ID_EXISTS);
  }
  SUBCASE("of another device") {
    site.stored = JCT_E_MISMATCH;
    CHECK(site.ask("new-name") == Response::UUID_MISMATCH);
  }
  SUBCASE("unknown") {
    site.stored = JCT_E_NOT_FOUND;
    CHECK(site.ask("new-name") == Response::UUID_MISMATCH);
  }
  SUBCASE("broken") {
    site.stored = JCT_E_IO;
    CHECK(site.ask("new-name") == Response::SERVER_ERROR);
  }
  CHECK(site.presence.find("123456789"));
}

TEST_CASE("an id that may not be is INVALID_ID_FORMAT") {
  Site site;
  for (const char* id : {"", "short", "with space", "line\nbreak"}) CHECK(site.ask(id) == Response::INVALID_ID_FORMAT);
  CHECK(site.renamed.empty());
}

TEST_CASE("over UDP, where the site switches it off, and where it is denied the answer is NOT_SUPPORT") {
  Site site;
  CHECK(site.ask("new-name", true, false) == Response::NOT_SUPPORT);
  CHECK(site.ask("new-name", false) == Response::NOT_SUPPORT);
  site.denial = "id_denied";
  CHECK(site.ask("new-name") == Response::NOT_SUPPORT);
  CHECK(site.refusals == std::vector{Refusal::kNotSupported, Refusal::kNotSupported, Refusal::kDenied});
  CHECK(site.renamed.empty());
}

TEST_CASE("what auth/1 says of the id is told in the words of a change of id") {
  Site site;
  const auto told = [&](const char* reason) {
    site.denial = reason;
    return site.ask("new-name");
  };
  CHECK(told("uuid_mismatch") == Response::UUID_MISMATCH);
  CHECK(told("id_reserved") == Response::ID_EXISTS);
  CHECK(told("auth_unavailable") == Response::SERVER_ERROR);
}

TEST_CASE("the fourth wish within six seconds is TOO_FREQUENT") {
  Site site;
  for (int i = 0; i < 3; ++i) site.ask("new-name");
  CHECK(site.ask("new-name") == Response::TOO_FREQUENT);
}

}  // namespace
}  // namespace junctor::rendezvous
