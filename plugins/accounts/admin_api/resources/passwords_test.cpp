// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/test_kit.hpp"

namespace junctor::accounts::admin {
namespace {

struct MailKit : Kit {
  MailKit() {
    site.mails_there = true;
    guid = add("ada");
    patch("/users/" + guid, R"({"email":"ada@example.org"})");
  }
  Answered forgot(const std::string& email) {
    return call(ask(Method::kPost, "/password/forgot", JsonObject{}.put("email", email).str(), ""));
  }
  Answered reset(const std::string& secret) {
    prepared.hash = "hash of " + std::to_string(++resets);
    return call(ask(Method::kPost, "/password/reset",
                    JsonObject{}.put("secret", secret).put("password", "a-new-pass-word").str(), ""));
  }
  std::string link() const {
    for (const auto& [name, value] : site.sent.back().values) {
      if (name == "link") return value;
    }
    return {};
  }
  std::string secret() const { return link().substr(link().find('#') + 1); }

  std::string guid;
  int resets = 0;
};

TEST_CASE("a forgotten password: a link by mail that works once") {
  MailKit kit;
  CHECK(kit.forgot("ADA@example.org").status == 204);
  REQUIRE(kit.site.sent.size() == 1);
  CHECK(kit.site.sent[0].to == "ada@example.org");
  CHECK(kit.site.told.back().operation == "set_password");
  CHECK(kit.site.told.back().subject == "users");
  CHECK(kit.link().rfind("https://rd.example.org/console/password#", 0) == 0);
  const std::string secret = kit.secret();
  CHECK(kit.reset(secret.substr(0, secret.size() - 1) + "x").status == 403);
  CHECK(kit.reset(secret).status == 204);
  CHECK(kit.site.sent.back().name == "password_changed");
  CHECK(kit.reset(secret).status == 403);
}

TEST_CASE("who is unknown, disabled, or of another source gets the same answer and no mail") {
  MailKit kit;
  CHECK(kit.forgot("nobody@example.org").status == 204);
  kit.store.write([&](const Sql& sql, Touched&) {
    sql.exec("UPDATE {p}users SET source = 'oidc' WHERE guid = ?1", {kit.guid});
    return Unit{};
  });
  CHECK(kit.forgot("ada@example.org").status == 204);
  CHECK(kit.site.sent.empty());
}

TEST_CASE("beyond its number of mails an account gets no more, and the answer is the same") {
  MailKit kit;
  kit.forgot("ada");
  kit.site.mails_allowed = false;
  CHECK(kit.forgot("ada").status == 204);
  CHECK(kit.site.sent.size() == 1);
}

TEST_CASE("a link dies with its hour and with whoever was disabled meanwhile") {
  MailKit kit;
  kit.forgot("ada");
  const std::string secret = kit.secret();
  const size_t dot = secret.rfind('.');
  const std::string later = std::to_string(std::stoll(secret.substr(37, dot - 37)) + 86'400);
  CHECK(kit.reset(secret.substr(0, 37) + later + secret.substr(dot)).status == 403);
  CHECK(kit.reset(secret.substr(0, 37) + "1" + secret.substr(dot)).status == 403);
  kit.patch("/users/" + kit.guid, R"({"enabled":false})");
  CHECK(kit.reset(secret).status == 403);
  for (const std::string& wrong : std::vector<std::string>{"x", "..", kit.guid, kit.guid + ".", kit.guid + "..",
                                                           kit.guid + ".9999999999999999.a"}) {
    CHECK(kit.reset(wrong).status == 403);
  }
}

TEST_CASE("an invitation goes by mail where the site sends, and says so where it does not") {
  MailKit kit;
  CHECK(kit.post("/invitations", R"({"email":"bob@example.org","name":"bob"})").status == 201);
  REQUIRE(kit.site.sent.size() == 1);
  CHECK(kit.site.sent[0].name == "invitation");
  CHECK(kit.link().rfind("https://rd.example.org/console/invitation#", 0) == 0);
  kit.site.mails_there = false;
  CHECK(kit.forgot("ada").reason() == "no_mail");
}

}  // namespace
}  // namespace junctor::accounts::admin
