// SPDX-License-Identifier: Apache-2.0
// Records of connections, files and alarms, and notes on them (http-api.md 4, accounts.md 17).
#include <doctest/doctest.h>

#include "accounts/client_api/test_site.hpp"

namespace junctor::accounts {
namespace {

constexpr auto kSession = "12345678901234567890";

struct Audits : TestSite {
  Audits() { device("111", eve); }
  testing::FakeExchange post(const std::string& what, const std::string& rest, const std::string& id = "111") {
    return call("POST", "/api/audit/" + what, claim(id, rest));
  }
  std::string conn(const std::string& rest) { return post("conn", rest).body(); }
  std::string active(const std::string& token, const std::string& type = "0") {
    return call("GET", std::string{"/api/audit/conn/active?id=111&session_id="} + kSession + "&conn_type=" + type, "",
                token)
        .body();
  }
};

TEST_CASE("a connection is one row: opened, authorised, closed; each answer is empty") {
  Audits site;
  const std::string ref = site.reach("111", "ada's").grant.conn_audit_ref;
  CHECK(site.conn(R"(,"action":"new","ip":"203.0.113.5","conn_id":1201,"session_id":0,"nonce":"1","conn_audit_ref":")" +
                  ref + "\"")
            .empty());
  CHECK(
      site.conn(
              std::string{
                  R"(,"peer":["987","Ada L."],"type":0,"primary_auth":3,"two_factor":1,"conn_id":1201,"session_id":)"} +
              kSession + R"(,"nonce":"2")")
          .empty());
  CHECK(site.number("SELECT count(*) FROM {p}audit_conn WHERE ended IS NULL") == 1);
  CHECK(site.conn(std::string{R"(,"action":"close","conn_id":1201,"session_id":)"} + kSession + R"(,"nonce":"3")")
            .empty());
  CHECK(site.number("SELECT count(*) FROM {p}audit_conn") == 1);
  CHECK(site.host.events_of("accounts.connection") == 3);
  CHECK(site.host.last_event("accounts.connection").field("action") == "close");
  CHECK(site.number("SELECT count(*) FROM {p}audit_conn WHERE ended IS NOT NULL AND lost = 0") == 1);
  CHECK(site.text("SELECT user_name FROM {p}audit_conn") == "ada");
  CHECK(site.text("SELECT ground FROM {p}audit_conn") == "administrator");
  CHECK(site.text("SELECT peer_name FROM {p}audit_conn") == "Ada L.");
  CHECK(static_cast<uint64_t>(site.number("SELECT session_id FROM {p}audit_conn")) == 12345678901234567890u);
}

TEST_CASE("a record of a stranger or with another uuid is refused for good, and stores nothing") {
  Audits site;
  for (const char* what : {"conn", "file", "alarm"}) {
    CHECK(site.post(what, R"(,"conn_id":1)", "999").status() == 403);
    const auto other = site.call("POST", std::string{"/api/audit/"} + what, R"({"id":"111","uuid":"b3RoZXI="})");
    CHECK(other.status() == 403);
    CHECK(Body::parse(other.body()).has("error"));
  }
  CHECK(site.number("SELECT count(*) FROM {p}audit_conn") == 0);
}

TEST_CASE("a nonce is stored once; where storing failed the record may come again") {
  Audits site;
  const std::string record = R"(,"action":"new","ip":"203.0.113.5","conn_id":5,"session_id":0,"nonce":"n")";
  CHECK(site.conn(record).empty());
  CHECK(site.conn(record).empty());
  CHECK(site.number("SELECT count(*) FROM {p}audit_conn") == 1);
  const std::string second = R"(,"action":"new","ip":"203.0.113.5","conn_id":6,"session_id":0,"nonce":"m")";
  site.database.fail_next(JCT_E_IO);
  CHECK(Body::parse(site.conn(second)).has("error"));
  CHECK(site.conn(second).empty());
  CHECK(site.number("SELECT count(*) FROM {p}audit_conn") == 2);
}

TEST_CASE("a record without a new before it opens a row by itself") {
  Audits site;
  CHECK(site.conn(R"(,"peer":["987","A"],"type":4,"conn_id":9,"session_id":3)").empty());
  CHECK(site.number("SELECT type FROM {p}audit_conn") == 4);
}

TEST_CASE("a connection whose B says nothing of it any more is lost after three heartbeats") {
  Audits site;
  site.conn(R"(,"action":"new","ip":"203.0.113.5","conn_id":5,"session_id":0,"nonce":"n")");
  for (int i = 0; i < 3; ++i) site.call("POST", "/api/heartbeat", TestSite::claim("111"));
  CHECK(site.number("SELECT lost FROM {p}audit_conn WHERE ended IS NOT NULL") == 1);
}

TEST_CASE("an older B gives no ref: its records are tied by B's id and A's address") {
  Audits site;
  site.reach("111", "ada's");  // from 198.51.100.9
  site.conn(R"(,"action":"new","ip":"198.51.100.9","conn_id":5,"session_id":0)");
  site.conn(R"(,"action":"new","ip":"198.51.100.8","conn_id":6,"session_id":0)");
  CHECK(site.text("SELECT user_name FROM {p}audit_conn WHERE conn_id = 5") == "ada");
  CHECK(site.text("SELECT user_name FROM {p}audit_conn WHERE conn_id = 6").empty());
}

TEST_CASE("files and alarms follow their connection's user") {
  Audits site;
  const std::string ref = site.reach("111", "ada's").grant.conn_audit_ref;
  site.conn(R"(,"action":"new","ip":"203.0.113.5","conn_id":7,"session_id":0,"conn_audit_ref":")" + ref + "\"");
  CHECK(
      site.post(
              "file",
              R"(,"peer_id":"987","type":1,"path":"C:\\x","is_file":true,"conn_id":7,"info":"{\"ip\":\"203.0.113.5\",\"name\":\"Ada L.\",\"num\":1,\"files\":[[\"x\",12]]}")")
          .body()
          .empty());
  CHECK(site.text("SELECT user_name FROM {p}audit_file") == "ada");
  CHECK(site.text("SELECT peer_name FROM {p}audit_file") == "Ada L.");
  CHECK(site.post("alarm", R"(,"typ":6,"conn_id":7,"info":"{\"ip\":\"203.0.113.5\"}")").body().empty());
  CHECK(site.text("SELECT user_name FROM {p}audit_alarm WHERE type = 6") == "ada");
  CHECK(site.host.last_event("accounts.alarm").text() ==
        "event=accounts.alarm type=6 id=111 user=ada address=203.0.113.5");
  const std::string second = site.reach("111", "ada's").grant.conn_audit_ref;
  CHECK(site.post("alarm", R"(,"typ":0,"info":"no json","conn_audit_ref":")" + second + "\"").body().empty());
  CHECK(site.text("SELECT user_name FROM {p}audit_alarm WHERE type = 0") == "ada");
}

TEST_CASE("the controller finds its connection and writes a note; nobody else does") {
  Audits site;
  CHECK(site.active("ada's") == "\"\"");
  const std::string ref = site.reach("111", "ada's").grant.conn_audit_ref;
  site.conn(R"(,"action":"new","ip":"203.0.113.5","conn_id":7,"session_id":0,"conn_audit_ref":")" + ref + "\"");
  site.conn(std::string{R"(,"peer":["987","A"],"type":0,"conn_id":7,"session_id":)"} + kSession);
  const std::string guid = site.active("ada's");
  CHECK(guid.size() == 38);
  CHECK(site.active("eve's") == guid);  // owns the device
  CHECK(site.active("bob's") == "\"\"");
  CHECK(site.active("ada's", "3") == "\"\"");
  CHECK(site.call("GET", "/api/audit/conn/active?id=111&session_id=1", "", "").status() == 401);
  const auto note = [&](const std::string& text, const std::string& token) {
    return site.call("PUT", "/api/audit", "{\"guid\":" + guid + ",\"note\":\"" + text + "\"}", token).body();
  };
  CHECK(note("first", "eve's").empty());
  CHECK(site.text("SELECT note FROM {p}audit_conn") == "first");
  CHECK(Body::parse(note("other", "bob's")).has("error"));
  CHECK(site.text("SELECT note FROM {p}audit_conn") == "first");
}

TEST_CASE("a note without proof needs a session that is open or was just now") {
  Audits site;
  site.conn(std::string{R"(,"peer":["987","A"],"type":0,"conn_id":7,"session_id":)"} + kSession);
  const auto note = [&](const std::string& session, const std::string& text) {
    return site
        .call("POST", "/api/audit/conn", "{\"id\":\"111\",\"session_id\":" + session + ",\"note\":\"" + text + "\"}")
        .body();
  };
  CHECK(note("5", "wrong").empty());
  CHECK(note("0", "wrong").empty());
  CHECK(note(kSession, "right").empty());
  CHECK(site.text("SELECT note FROM {p}audit_conn") == "right");
}

TEST_CASE("bodies that are none store nothing and crash nothing") {
  Audits site;
  for (const char* what : {"conn", "file", "alarm"}) {
    for (const char* body : {"", "null", "[]", "{}", R"({"id":1})", R"({"id":"111","uuid":"not base64!"})"}) {
      const auto got = site.call("POST", std::string{"/api/audit/"} + what, body);
      CHECK(got.status() == 200);
      CHECK(Body::parse(got.body()).has("error"));
    }
  }
  CHECK(Body::parse(site.conn(R"(,"conn_id":"x")")).has("error"));
  CHECK(Body::parse(site.conn(R"(,"session_id":18446744073709551616)")).has("error"));
  CHECK(site.number("SELECT count(*) FROM {p}audit_conn") == 0);
}

}  // namespace
}  // namespace junctor::accounts
