// SPDX-License-Identifier: Apache-2.0
// Log-in on a whole site, as clients do it: by HTTP and through signalling; and the operator's words, of a server that
// runs and of one that is stopped.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPCookie.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <doctest/doctest.h>

#include <set>

#include "accounts/login/totp.hpp"
#include "accounts_site.hpp"

namespace junctor::site {
namespace {

TEST_CASE("a new site has one administrator, whose password is shown once and stands in no log") {
  AccountsSite site;
  site.start();
  const std::string password = site.first_password();
  CHECK(password.size() >= 16);
  CHECK(site.ctl({"user", "first"}).code == 1);
  CHECK(site.server().log().find(password) == std::string::npos);
  const Said in = by_http(site, "POST", "/api/login", "", login_body("admin", password, "1"));
  CHECK(in.status == 200);
  CHECK(in.text("type") == "access_token");
  CHECK(in.json()->getObject("user")->getValue<bool>("is_admin"));
  site.server().restart();
  site.ready();
  CHECK(site.ctl({"user", "first"}).code == 1);
  CHECK(by_http(site, "POST", "/api/currentUser", in.text("access_token"), "{}").text("name") == "admin");
}

TEST_CASE("log-in, current user and log-out, either way") {
  AccountsSite site;
  site.start();
  const std::string password = site.first_password();
  for (const Way& way : kWays) {
    CAPTURE(way.name);
    const std::string id = way.name;
    CHECK(way.call(site, "GET", "/api/login-options", "", "").body == "[]");
    const Said wrong = way.call(site, "POST", "/api/login", "", login_body("admin", "wrong", id));
    CHECK(wrong.status == 200);
    CHECK(wrong.body == R"({"error":"Wrong credentials"})");
    const Said in = way.call(site, "POST", "/api/login", "", login_body("ADMIN", password, id));
    const std::string token = in.text("access_token");
    REQUIRE_FALSE(token.empty());
    const Said user = way.call(site, "POST", "/api/currentUser", token, R"({"id":"1","uuid":"dXVpZA=="})");
    CHECK(user.status == 200);
    CHECK(user.text("name") == "admin");
    CHECK(user.json()->getValue<int>("status") == 1);
    CHECK(user.json()->getObject("info")->size() == 0);
    const Said out = way.call(site, "POST", "/api/logout", token, "{}");
    CHECK(out.status == 200);
    CHECK(out.body.empty());
    const Said gone = way.call(site, "POST", "/api/currentUser", token, "{}");
    CHECK(gone.status == 401);
    CHECK(gone.body == R"({"error":"Invalid token"})");
  }
}

TEST_CASE("bodies that are none, too deep, of wrong types or with odd bytes are errors in words, never 5xx") {
  AccountsSite site;
  site.start();
  site.ready();
  const std::string deep = std::string(20'000, '[') + std::string(20'000, ']');
  for (const std::string& body :
       {std::string{}, std::string{"null"}, std::string{"[]"}, std::string{"{"}, std::string{"{\"username\":1}"}, deep,
        std::string{"{\"username\":\"a\\u0000b\",\"password\":\"x\"}"}, std::string{"{\"username\":\"\xff\"}"},
        std::string{"{\"username\":null,\"password\":null,\"type\":null}"}, std::string{"{\"type\":\"dance\"}"},
        "{\"username\":\"" + std::string(5000, 'a') + "\"}"}) {
    for (const char* path : {"/api/login", "/api/currentUser", "/api/logout", "/api/users/tfa/totp/confirm"}) {
      const Said said = by_http(site, "POST", path, "", body);
      CAPTURE(path);
      CAPTURE(body.substr(0, 40));
      CHECK((said.status == 200 || said.status == 401));
      CHECK_FALSE(said.text("error").empty());
    }
  }
}

TEST_CASE("TOTP is enrolled, asked for, and each code counts once") {
  AccountsSite site;
  site.start();
  const std::string password = site.first_password();
  const auto first = [&](const std::string& id) {
    return by_http(site, "POST", "/api/login", "", login_body("admin", password, id));
  };
  const std::string token = first("1").text("access_token");
  const Said begun = by_http(site, "POST", "/api/users/tfa/totp/enrol", token, "{}");
  const std::string url = begun.text("url");
  CHECK(url.substr(0, 15) == "otpauth://totp/");
  CHECK(by_http(site, "POST", "/api/users/tfa/totp/confirm", token, R"({"code":"000000"})").text("error") ==
        "The verification code is incorrect or has expired");
  const std::string secret = accounts::base32_decoded(begun.text("secret"));
  const int64_t step = accounts::totp_step_at(std::time(nullptr));
  const Said confirmed = by_http(site, "POST", "/api/users/tfa/totp/confirm", token,
                                 R"({"code":")" + accounts::totp_code(secret, step) + "\"}");
  const auto codes = confirmed.json()->getArray("backup_codes");
  REQUIRE(codes->size() == 6);

  const Said asked = first("2");
  CHECK(asked.text("type") == "email_check");
  CHECK(asked.text("tfa_type") == "tfa_check");
  CHECK(asked.json()->getObject("user")->getValue<std::string>("name") == "admin");
  CHECK(asked.text("access_token").empty());
  const auto second = [&](const Said& ticket, const std::string& code, const std::string& id) {
    return by_http(site, "POST", "/api/login", "", code_body(ticket.text("secret"), code, id));
  };
  CHECK(second(asked, accounts::totp_code(secret, step), "2").text("error") ==
        "The verification code is incorrect or has expired");  // it was used to enrol
  const std::string backup = codes->getElement<std::string>(0);
  CHECK(second(asked, backup, "2").text("type") == "access_token");
  CHECK(second(first("3"), backup, "3").text("type") != "access_token");
  CHECK(site.ctl({"user", "reset-2fa", "admin"}).code == 0);
  CHECK(first("4").text("type") == "access_token");
}

/// A session of the console: what calls of the admin API bring.
struct ConsoleSession {
  ConsoleSession(Site& site, const std::string& password) : http{"127.0.0.1", site.server().port(-2)} {
    const Said in = post("/login", R"({"name":"admin","password":")" + password + "\"}");
    REQUIRE(in.status == 200);
    csrf = in.text("csrf");
  }
  Said post(const std::string& path, const std::string& body) {
    Poco::Net::HTTPRequest request{"POST", "/api/admin/v1" + path, "HTTP/1.1"};
    request.setContentType("application/json");
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    if (!cookie.empty()) request.set("Cookie", cookie);
    if (!csrf.empty()) request.set("X-CSRF-Token", csrf);
    http.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    Said said;
    Poco::StreamCopier::copyToString(http.receiveResponse(response), said.body);
    said.status = response.getStatus();
    std::vector<Poco::Net::HTTPCookie> cookies;
    response.getCookies(cookies);
    for (const auto& one : cookies) {
      if (one.getName() == "junctor_session") cookie = one.getName() + "=" + one.getValue();
    }
    return said;
  }

  Poco::Net::HTTPClientSession http;
  std::string cookie, csrf;
};

TEST_CASE("who has a session cannot guess its user's password: wrong ones count with the log-ins") {
  AccountsSite site;
  site.start();
  const std::string password = site.first_password();
  ConsoleSession session{site, password};
  CHECK(session.post("/me/confirm", R"({"password":")" + password + "\"}").status == 204);
  int wrong = 0, waits = 0;
  for (int i = 0; i < 10; ++i) {
    const std::string guess = "guess-number-" + std::to_string(i);
    const Said said = i % 2 == 0
                          ? session.post("/me/confirm", R"({"password":")" + guess + "\"}")
                          : session.post("/me/password", R"({"old":")" + guess + R"(","password":"a fresh long one"})");
    wrong += said.status == 403 ? 1 : 0;
    waits += said.status == 429 ? 1 : 0;
  }
  CHECK(wrong == 6);
  CHECK(waits == 4);
  CHECK(session.post("/me/confirm", R"({"password":")" + password + "\"}").status == 429);
  CHECK(by_http(site, "POST", "/api/login", "", login_body("admin", password, "1")).text("error").substr(0, 24) ==
        "Too many failed attempts");
  CHECK(site.ctl({"user", "unlock", "admin"}).code == 0);
  CHECK(session.post("/me/confirm", R"({"password":")" + password + "\"}").status == 204);
}

TEST_CASE("an authenticator that is on is not replaced by guessing its code") {
  AccountsSite site;
  site.start();
  const std::string token =
      by_http(site, "POST", "/api/login", "", login_body("admin", site.first_password(), "1")).text("access_token");
  const auto confirm = [&](const std::string& secret, const std::string& present) {
    const std::string code = accounts::totp_code(secret, accounts::totp_step_at(std::time(nullptr)));
    return by_http(site, "POST", "/api/users/tfa/totp/confirm", token,
                   R"({"code":")" + code + R"(","present":")" + present + "\"}");
  };
  const auto enrol = [&] {
    return accounts::base32_decoded(by_http(site, "POST", "/api/users/tfa/totp/enrol", token, "{}").text("secret"));
  };
  REQUIRE(confirm(enrol(), "").json()->has("backup_codes"));
  const std::string another = enrol();
  int waits = 0;
  for (int i = 0; i < 10; ++i) {
    const Said said = confirm(another, "00000" + std::to_string(i));
    CHECK_FALSE(said.json()->has("backup_codes"));
    waits += said.text("error").substr(0, 24) == "Too many failed attempts" ? 1 : 0;
  }
  CHECK(waits == 4);
}

TEST_CASE("what an account loses is cut where the site wants that, and a deleted device is forgotten") {
  AccountsSite site{"cut_running = true\ninitiate = \"logged_in\"\n"};
  site.start();
  const std::string token =
      by_http(site, "POST", "/api/login", "", login_body("admin", site.first_password(), "1")).text("access_token");
  Device device{site, "127.0.0.3", "to-be-lost"};

  wire::TcpClient live = site.dial("127.0.0.2");
  hbb::HealthCheck check;
  check.set_token(token);
  live.send(check);
  REQUIRE(live.receive(testing::patient(wire::kPatience))->has_register_pk_response());

  wire::TcpClient a = site.dial("127.0.0.2");
  hbb::PunchHoleRequest punch = punch_request(site, "to-be-lost");
  punch.set_token(token);
  a.send(punch);
  REQUIRE(device.pushed().has_punch_hole());
  wire::TcpClient asks = site.dial("127.0.0.2");
  hbb::RequestRelay request;
  request.set_id("to-be-lost");
  request.set_uuid("cut-uuid");
  request.set_token(token);
  asks.send(request);
  REQUIRE(device.pushed().has_request_relay());
  const auto side = [&](const std::string& id) {
    wire::TcpClient client = site.dial("127.0.0.2", 1);
    request.set_id(id);
    request.set_licence_key(site.key());
    client.send(request);
    return client;
  };
  wire::TcpClient one = side("to-be-lost"), other = side("");
  one.send_raw("hello");
  REQUIRE(other.receive_exactly(5, testing::patient(wire::kPatience)) == "hello");

  REQUIRE(site.ctl_with("correct horse", "user add second --admin --password-stdin").code == 0);
  CHECK(site.ctl({"user", "disable", "admin"}).code == 0);
  const Millis soon = testing::patient(Millis{1000});
  CHECK(other.wait_end(soon));
  CHECK(live.wait_end(soon));

  CHECK(device.beat(site) == false);
  CHECK(site.ctl({"device", "disable", "to-be-lost"}).code == 0);
  CHECK(device.beat(site) == false);  // registered still, and online
  CHECK(site.ctl({"device", "remove", "to-be-lost"}).code == 0);
  CHECK(testing::eventually([&] { return device.beat(site) == true; }, Millis{1000}));
}

TEST_CASE("users, tokens and passwords from the command line, of a server that runs and of one that is stopped") {
  AccountsSite site;
  site.start();
  site.ready();
  CHECK(site.ctl_with("correct horse", "user add ada --password-stdin").code == 0);
  CHECK(by_http(site, "POST", "/api/login", "", login_body("ada", "correct horse", "1")).text("type") ==
        "access_token");
  const testing::Finished token = site.ctl({"token", "add", "ci", "--user", "ada", "--scope", "devices:r"});
  CHECK(token.out.substr(0, 14) == "{\"token\":\"jct_");
  CHECK(site.ctl({"user", "disable", "ada"}).code == 0);
  CHECK(by_http(site, "POST", "/api/login", "", login_body("ada", "correct horse", "1")).text("error") ==
        "Account disabled");
  REQUIRE(site.server().stop() == 0);

  CHECK(site.ctl({"user", "enable", "ada"}).code == 0);
  CHECK(site.ctl_with("another horse", "user password ada --password-stdin").code == 0);
  CHECK(site.ctl_with("correct horse", "user add bob --admin --password-stdin").code == 0);
  site.start();
  site.ready();
  CHECK(by_http(site, "POST", "/api/login", "", login_body("ada", "another horse", "1")).text("type") ==
        "access_token");
  CHECK(by_http(site, "POST", "/api/login", "", login_body("bob", "correct horse", "1")).text("type") ==
        "access_token");
}

TEST_CASE("clients are told where the API is, by the site's name for it or by its port") {
  AccountsSite site{"public_url = \"https://rd.example.org\"\n"};
  site.start();
  CHECK(site.ctl({"invite", "rd.example.org"}).out.find(R"("api":"https://rd.example.org")") != std::string::npos);
  AccountsSite plain;
  plain.start();
  const std::string port = std::to_string(plain.server().port(-2));
  CHECK(plain.ctl({"invite", "rd.example.org"}).out.find(R"("api":"http://rd.example.org:)" + port + "\"") !=
        std::string::npos);
}

TEST_CASE("kill -9 while users are made: whoever was acknowledged is there, and nobody is half there") {
  AccountsSite site;
  site.start();
  site.ready();
  std::set<std::string> acknowledged;
  for (int round = 0, next = 0; round < 4; ++round) {
    for (int i = 0; i < 25 + 7 * round; ++i, ++next) {
      const std::string name = "user" + std::to_string(next);
      if (site.server()
              .ctl("user", {"add", name, "--email", name + "@example.org", "--password", "correct horse"})
              .ok) {
        acknowledged.insert(name);
      }
    }
    // One that is on its way when the server dies.
    const testing::Process caught{{JUNCTOR_TEST_CTL, "--data", site.server().data_dir(), "user", "add",
                                   "caught" + std::to_string(round), "--password", "correct horse"},
                                  site.server().files().file("caught.out"),
                                  site.server().files().file("caught.err")};
    site.server().kill();
    site.start();
    site.ready();
  }
  const auto rows = site.server().ctl("user", {"list", "--limit", "10000"}).rows();
  std::set<std::string> found;
  for (const auto& row : rows) {
    CHECK(row->getValue<std::string>("group") == "Default");
    CHECK(found.insert(row->getValue<std::string>("name")).second);
  }
  for (const std::string& name : acknowledged) CHECK_MESSAGE(found.count(name) == 1, name);
}

}  // namespace
}  // namespace junctor::site
