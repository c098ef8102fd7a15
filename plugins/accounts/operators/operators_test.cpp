// SPDX-License-Identifier: Apache-2.0
// The operator's words, in a transaction as a server or junctorctl itself has it.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include "accounts/operators/commands.hpp"
#include "accounts/store/devices.hpp"
#include "accounts/store/factors.hpp"
#include "accounts/store/identities.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/test_store.hpp"

namespace junctor::accounts {
namespace {

class Desk : public TestStore {
 public:
  std::string run(const std::string& subject, const std::string& verb, const std::vector<std::string>& words) {
    const Request request = parse_request(subject, verb, words);
    const Prepared prepared = accounts::prepare(request, passwords);
    return write([&](const Sql& sql, Touched& touched) { return execute(sql, request, prepared, now(), touched); });
  }
  Poco::JSON::Object::Ptr ask(const std::string& subject, const std::string& verb,
                              const std::vector<std::string>& words) {
    return Poco::JSON::Parser{}.parse(run(subject, verb, words)).extract<Poco::JSON::Object::Ptr>();
  }
  User user(const std::string& name) {
    return read([&](const Sql& sql) { return user_by_name(sql, name).value(); });
  }

  const Passwords passwords{[] {
    PasswordPolicy quick;
    quick.memory = 1 << 20;
    quick.passes = 1;
    return quick;
  }()};
};

TEST_CASE("user add takes a password, or makes one and shows it, to be changed") {
  Desk desk;
  desk.run("user", "add", {"ada", "--admin", "--email", "a@example.org", "--password", "correct horse"});
  CHECK(desk.user("ada").is_admin);
  CHECK(desk.user("ada").email == "a@example.org");
  CHECK_FALSE(desk.user("ada").must_change_password);
  CHECK(desk.passwords.verify(desk.user("ada").password, "correct horse").right);

  const std::string made = desk.ask("user", "add", {"bob"})->getValue<std::string>("password");
  CHECK(desk.passwords.verify(desk.user("bob").password, made).right);
  CHECK(desk.user("bob").must_change_password);
  CHECK_THROWS_AS(desk.run("user", "add", {"cid", "--password", "short"}), Refused);
  CHECK_THROWS_AS(desk.run("user", "add", {"cid", "--group", "Nowhere"}), Refused);
  CHECK_THROWS_AS(desk.run("user", "add", {"ADA"}), Refused);
  CHECK(desk.ask("user", "list", {})->getArray("rows")->size() == 2);
}

TEST_CASE("break glass: password, enable, admin and reset-2fa let somebody in again") {
  Desk desk;
  const Ref root = desk.add("root", true), ada = desk.add("ada");
  CHECK(root != ada);
  desk.write([&](const Sql& sql, Touched&) {
    put_totp(sql, {ada, "x", true, 0, 1});
    return Unit{};
  });
  desk.run("user", "disable", {"ada"});
  CHECK_FALSE(desk.user("ada").enabled());
  desk.run("user", "enable", {"ada"});
  desk.run("user", "admin", {"ada"});
  desk.run("user", "password", {"ada", "--password", "correct horse"});
  desk.run("user", "reset-2fa", {"ada"});
  CHECK(desk.user("ada").enabled());
  CHECK(desk.user("ada").is_admin);
  CHECK_FALSE(desk.ask("user", "show", {"ada"})->getValue<bool>("two_factor"));
  desk.run("user", "admin", {"ada", "--off"});
  CHECK_THROWS_WITH_AS(desk.run("user", "remove", {"root"}), "The last enabled administrator must stay", Refused);
  desk.run("user", "remove", {"ada"});
  CHECK_THROWS_WITH_AS(desk.run("user", "show", {"ada"}), "there is no user named ada", Refused);
}

TEST_CASE("a user who is handed over loses his password here, and what linked him; who stays where he is, nothing") {
  Desk desk;
  desk.run("user", "add", {"ada", "--password", "correct horse"});
  desk.run("user", "source", {"ada", "--from", "local"});
  CHECK(desk.passwords.verify(desk.user("ada").password, "correct horse").right);
  desk.run("user", "source", {"ada", "--from", "ldap"});
  CHECK(desk.user("ada").source == "ldap");
  CHECK(desk.user("ada").password.empty());
  desk.write([&](const Sql& sql, Touched&) {
    Link link;
    link.user = user_by_name(sql, "ada")->id;
    link.issuer = "ldap:x";
    link.subject = "1";
    add_identity(sql, link, desk.now());
    return Unit{};
  });
  desk.run("user", "source", {"ada", "--from", "oidc"});
  CHECK(desk.read([&](const Sql& sql) { return identities_of_user(sql, user_by_name(sql, "ada")->id); }).empty());
  CHECK_THROWS_WITH_AS(desk.run("user", "source", {"ada", "--from", "there"}), "expected --from local, ldap or oidc",
                       Refused);
}

TEST_CASE("token add prints the token alone, which is stored as a hash with its scopes and end") {
  Desk desk;
  const Ref ada = desk.add("ada");
  const auto made = desk.ask("token", "add", {"ci", "--user", "ada", "--scope", "devices:rw,users:r"});
  CHECK(made->size() == 1);
  const std::string secret = made->getValue<std::string>("token");
  CHECK(secret.substr(0, 4) == "jct_");
  const Token token = desk.read([&](const Sql& sql) { return token_by_hash(sql, hash_of(secret)).value(); });
  CHECK(token.owner == ada);
  CHECK(token.scopes.may_write(Resource::kDevices));
  CHECK_FALSE(token.scopes.may_write(Resource::kUsers));
  CHECK(token.expires == desk.now() + 90 * 86'400);
  CHECK_THROWS_AS(desk.run("token", "add", {"CI", "--user", "ada", "--scope", "all"}), Refused);
  CHECK_THROWS_AS(desk.run("token", "add", {"x", "--user", "ada", "--scope", "nothing:r"}), Refused);
  CHECK_THROWS_AS(desk.run("token", "add", {"x", "--scope", "all"}), Refused);
  desk.run("token", "add", {"forever", "--user", "ada", "--scope", "all", "--expires", "never"});
  CHECK(desk.ask("token", "list", {"--user", "ada"})->getArray("rows")->size() == 2);
  desk.run("token", "revoke", {"ci"});
  CHECK_THROWS_AS(desk.run("token", "revoke", {"ci"}), Refused);
}

TEST_CASE("devices are assigned, approved, disabled and removed") {
  Desk desk;
  desk.add("ada");
  desk.write([&](const Sql& sql, Touched& touched) {
    Device device;
    device.device_id = "100000001";
    device.state = DeviceState::kPending;
    return add_device(sql, device, desk.now(), touched);
  });
  const auto state = [&] { return desk.ask("device", "show", {"100000001"})->getValue<std::string>("state"); };
  CHECK(state() == "pending");
  desk.run("device", "approve", {"100000001"});
  CHECK(state() == "active");
  const auto shown = desk.ask("device", "assign", {"100000001", "--user", "Ada", "--note", "at the door"});
  CHECK(shown->getValue<std::string>("user") == "ada");
  CHECK(shown->getValue<std::string>("note") == "at the door");
  CHECK_THROWS_AS(desk.run("device", "assign", {"100000001", "--user", "nobody"}), Refused);
  CHECK(desk.ask("device", "assign", {"100000001", "--user", ""})->getValue<std::string>("user").empty());
  desk.run("device", "disable", {"100000001"});
  CHECK(state() == "disabled");
  desk.run("device", "enable", {"100000001"});
  desk.run("device", "remove", {"100000001"});
  CHECK_THROWS_AS(state(), Refused);
}

TEST_CASE("who waits is listed, approved and rejected; an approval may come first") {
  Desk desk;
  desk.write([&](const Sql& sql, Touched& touched) {
    for (const char* id : {"100000001", "100000002"}) {
      Device device;
      device.device_id = id;
      device.uuid = std::string{"uuid of "} + id;
      device.state = DeviceState::kPending;
      add_device(sql, device, desk.now(), touched);
    }
    return Unit{};
  });
  const auto states = [&] {
    std::string out;
    const auto rows = desk.ask("peers", "waiting", {})->getArray("rows");
    for (size_t i = 0; i < rows->size(); ++i) {
      const auto row = rows->getObject(static_cast<unsigned>(i));
      out += row->getValue<std::string>("id").back() + ("=" + row->getValue<std::string>("state")) + " ";
    }
    return out;
  };
  CHECK(states() == "1=waiting 2=waiting ");
  CHECK(desk.ask("peers", "approve", {"100000001"})->getValue<std::string>("holds_for") == "this device");
  desk.run("peers", "reject", {"100000002"});
  desk.run("peers", "approve", {"100000003"});
  CHECK(states() == "3=approved 2=rejected ");
  CHECK_THROWS_AS(desk.run("peers", "reject", {"100000001"}), Refused);  // admitted
  CHECK_THROWS_AS(desk.run("peers", "reject", {"100000009"}), Refused);
  CHECK_THROWS_AS(desk.run("peers", "approve", {"100000002", "0000000000000000"}), Refused);
  desk.run("device", "disable", {"100000001"});
  CHECK_THROWS_AS(desk.run("peers", "approve", {"100000001"}), Refused);
  desk.run("peers", "approve", {"100000002"});
  desk.run("peers", "reject", {"100000003"});
  CHECK(states() == "3=rejected ");
  CHECK(desk.ask("peers", "waiting", {"page", "2"})->getArray("rows")->size() == 0);
  for (const auto& words : std::vector<std::vector<std::string>>{{"page"}, {"page", "0"}, {"page", "x"}, {"of", "1"}}) {
    CHECK_THROWS_AS(desk.run("peers", "waiting", words), Refused);
  }
  CHECK_THROWS_AS(desk.run("peers", "approve", {}), Refused);
  CHECK_THROWS_AS(desk.run("peers", "approve", {"with space"}), Refused);
}

TEST_CASE("words that do not fit are answered with what was expected") {
  for (const auto& words : std::vector<std::vector<std::string>>{{}, {"a", "b"}, {"a", "--wrong"}, {"a", "--email"}}) {
    CHECK_THROWS_AS(parse_request("user", "add", words), Refused);
  }
  CHECK_THROWS_AS(parse_request("user", "dance", {"a"}), Refused);
  CHECK(parse_lifetime("never") == 0);
  CHECK(parse_lifetime("90d") == 90 * 86'400);
  for (const char* bad : {"", "d", "0d", "-1d", "1", "1w", "99999999999999999999d"})
    CHECK_THROWS_AS(parse_lifetime(bad), Refused);
}

}  // namespace
}  // namespace junctor::accounts
