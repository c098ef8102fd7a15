// SPDX-License-Identifier: Apache-2.0
// Who reaches what, by real requests to punch and to relay: each row of accounts.md 3.2, and each refusal of 3.
#include <doctest/doctest.h>

#include <map>

#include "accounts_site.hpp"

namespace junctor::site {
namespace {

using testing::patient;

constexpr Millis kGlance{5};  // at one socket, while the other may have something

/// How one request of A ended.
struct Outcome {
  bool pushed = false;  ///< B was told, and A has B's answer
  std::string text;     ///< what A reads else
};

class RightsSite : public AccountsSite {
 public:
  explicit RightsSite(const std::string& more = "") : AccountsSite{more} {
    start();
    ready();
    told("user", {"add", "root", "--admin", "--password", kPassword});
    root_ = logged_in("root");
  }

  Said api(const std::string& method, const std::string& path, const std::string& body) {
    const Said said = by_http(*this, method, path, root_, body);
    REQUIRE_MESSAGE(said.status == 200, said.body);
    REQUIRE_MESSAGE(said.body.find("\"error\"") == std::string::npos, said.body);
    return said;
  }
  /// `reaches`: an edge's {"type":..,"name":..}, or nothing.
  void group(const std::string& name, const std::string& reaches = "") {
    api("POST", "/api/user-groups", R"({"name":")" + name + R"(","allowed_outgoings":[)" + reaches + "]}");
  }
  /// Logged in from now on.
  void user(const std::string& name, const std::string& group) {
    told("user", {"add", name, "--group", group, "--password", kPassword});
    tokens_[name] = logged_in(name);
  }
  const std::string& token(const std::string& name) {
    return name == "root" ? root_ : tokens_[name];  // "" for who is nobody
  }
  Device& device(const std::string& id) { return devices_.try_emplace(id, *this, "127.0.0.3", id).first->second; }

  /// From here on requests come from an address that nobody has asked from: a relay request leans on the accepted punch
  /// of the same address, as with real clients, and shall not lean on another's.
  void next_client() { ++client_; }
  Outcome punch(Device& b, const std::string& token_text) {
    hbb::PunchHoleRequest request = punch_request(*this, b.id());
    request.set_token(token_text);
    Outcome out;
    const auto answer = exchange(b, request, &out.pushed);
    const auto& said = answer.punch_hole_response();
    out.pushed = out.pushed && !said.pk().empty();
    out.text = said.other_failure();
    return out;
  }
  Outcome relay(Device& b, const std::string& token_text) {
    hbb::RequestRelay request;
    request.set_id(b.id());
    request.set_uuid("session-" + std::to_string(++sessions_));
    request.set_token(token_text);
    Outcome out;
    const auto answer = exchange(b, request, &out.pushed);
    const auto& said = answer.relay_response();
    out.pushed = out.pushed && !said.pk().empty();
    out.text = said.refuse_reason();
    return out;
  }

 private:
  wire::TcpClient secured() {
    wire::TcpClient a = dial("127.0." + std::to_string(1 + client_ / 250) + "." + std::to_string(1 + client_ % 250));
    REQUIRE(a.secure(public_key()));
    return a;
  }
  /// A's answer; B answers what it is pushed meanwhile.
  template <class Request>
  hbb::RendezvousMessage exchange(Device& b, const Request& request, bool* pushed) {
    wire::TcpClient a = secured();
    a.send(request);
    const auto deadline = std::chrono::steady_clock::now() + patient(wire::kPatience);
    while (std::chrono::steady_clock::now() < deadline) {
      *pushed |= answers(b.pushed(kGlance), b);
      if (const auto answer = a.receive(kGlance)) return *answer;
    }
    FAIL("no answer came");
    return {};
  }
  bool answers(const hbb::RendezvousMessage& push, const Device& b) {
    if (push.has_punch_hole()) {
      dial("127.0.0.3").send(hole_sent(b.id(), push.punch_hole().socket_addr()));
    } else if (push.has_request_relay()) {
      hbb::RelayResponse go;
      go.set_socket_addr(push.request_relay().socket_addr());
      dial("127.0.0.3").send(go);
    }
    return push.has_punch_hole() || push.has_request_relay();
  }

  std::string root_;
  std::map<std::string, std::string> tokens_;
  std::map<std::string, Device> devices_;
  int client_ = 0, sessions_ = 0;
};

const std::vector<std::string> kControllers{"nobody", "o", "mate", "to_owners", "to_lab", "to_device", "root", "other"};

/// `row`: Y, N or - for each of kControllers.
void check_row(RightsSite& site, const std::string& id, const std::string& row) {
  REQUIRE(row.size() == kControllers.size());
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '-') continue;
    const std::string& who = kControllers[i];
    CAPTURE(id);
    CAPTURE(who);
    site.next_client();
    const Outcome punched = site.punch(site.device(id), site.token(who));
    CHECK_MESSAGE(punched.pushed == (row[i] == 'Y'), punched.text);
    const Outcome relayed = site.relay(site.device(id), site.token(who));
    CHECK_MESSAGE(relayed.pushed == (row[i] == 'Y'), relayed.text);
    if (row[i] == 'N') {
      CHECK(punched.text.find("not allowed") != std::string::npos);
      CHECK(relayed.text.find("not allowed") != std::string::npos);
    }
  }
}

std::string edge(int type, const std::string& name) {
  return R"({"type":)" + std::to_string(type) + R"(,"name":")" + name + "\"}";
}

TEST_CASE("the truth table, by requests to punch and to relay") {
  RightsSite site;
  for (const char* id : {"free-1", "owned-1", "grouped", "both-1", "shared", "disabled", "of_disabled", "orphan"})
    site.device(id);
  site.group("Owners");
  site.group("Gone");
  site.api("POST", "/api/device-groups", R"({"name":"Lab"})");
  site.group("ToOwners", edge(0, "Owners"));
  site.group("ToLab", edge(1, "Lab"));
  std::string devices;
  for (const char* id : {"owned-1", "grouped", "both-1", "shared", "disabled", "of_disabled"}) {
    devices += (devices.empty() ? "" : ",") + edge(3, id);
  }
  site.group("ToDevice", devices);
  for (const auto& [name, group] : std::vector<std::pair<std::string, std::string>>{{"o", "Owners"},
                                                                                    {"mate", "Owners"},
                                                                                    {"to_owners", "ToOwners"},
                                                                                    {"to_lab", "ToLab"},
                                                                                    {"to_device", "ToDevice"},
                                                                                    {"other", "Default"},
                                                                                    {"gone", "Gone"}}) {
    site.user(name, group);
  }
  for (const char* id : {"owned-1", "both-1", "disabled"}) site.told("device", {"assign", id, "--user", "o"});
  for (const char* id : {"grouped", "both-1"}) site.told("device", {"assign", id, "--group", "Lab"});
  for (const char* id : {"of_disabled", "orphan"}) site.told("device", {"assign", id, "--user", "gone"});
  site.told("device", {"disable", "disabled"});
  site.told("user", {"disable", "gone"});

  //                              nobody, o, mate, to_owners, to_lab, to_device, root, other
  check_row(site, "free-1", "Y-----YY");
  check_row(site, "owned-1", "NYYY-YYN");
  check_row(site, "grouped", "N---YYYN");
  check_row(site, "both-1", "NYYYYYYN");
  check_row(site, "shared", "N----YYN");
  check_row(site, "disabled", "NNNNNNNN");
  check_row(site, "of_disabled", "N-N--NNN");

  site.told("user", {"remove", "gone"});
  check_row(site, "orphan", "N-----YN");

  const std::string groups = site.api("GET", "/api/user-groups?name=Owners&current=1&pageSize=50", "").body;
  const std::string guid = groups.substr(groups.find("\"guid\":\"") + 8, 36);
  site.api("PATCH", "/api/user-groups/" + guid, R"({"members_reach_each_other":false})");
  check_row(site, "owned-1", "NYNY-YYN");

  const auto with = [&](const std::string& lines) {
    site.server().conf("95-rules", "[accounts]\n" + lines);
    site.server().reload();
  };
  with("unassigned = \"logged_in\"\n");
  check_row(site, "free-1", "N-----YY");
  with("unassigned = \"admins\"\n");
  check_row(site, "free-1", "N-----YN");
  with("admins_reach_all = false\n");
  check_row(site, "owned-1", "NYNY-YNN");
  check_row(site, "free-1", "Y-----YY");
}

/// Both kinds of request are refused with this text, and counted and logged by its word.
void check_refused(RightsSite& site, const std::string& id, const std::string& token, const std::string& word,
                   const std::string& text) {
  CAPTURE(word);
  site.server().mark_log();
  const int64_t before = site.metric("accounts", "accounts_refused", "reason=" + word);
  site.next_client();
  const Outcome punched = site.punch(site.device(id), token);
  CHECK_FALSE(punched.pushed);
  CHECK(punched.text.find(text) != std::string::npos);
  CHECK_FALSE(site.relay(site.device(id), token).pushed);
  CHECK(site.metric("accounts", "accounts_refused", "reason=" + word) == before + 2);
  CHECK(site.server().log_has("event=accounts.refused", "reason=" + word));
}

TEST_CASE("each refusal has its word, its sentence, its count and its line, for both kinds of request") {
  RightsSite site{"admission = \"approve\"\ninitiate = \"anyone\"\n"};
  for (const char* id : {"waiting", "disabled", "owned-1", "mine-1"}) site.device(id);
  site.user("ada", "Default");
  site.user("bob", "Default");
  site.group("Far");
  site.user("far", "Far");
  for (const char* id : {"disabled", "owned-1", "mine-1"}) site.told("device", {"approve", id});
  site.told("device", {"assign", "owned-1", "--user", "ada"});
  site.told("device", {"assign", "mine-1", "--user", "bob"});
  site.told("device", {"disable", "disabled"});

  check_refused(site, "waiting", site.token("root"), "device_pending", "waits for the approval");
  check_refused(site, "disabled", site.token("root"), "device_disabled", "not allowed");
  check_refused(site, "owned-1", "no such token", "session_expired", "not allowed");
  check_refused(site, "owned-1", site.token("far"), "no_access", "not allowed");
  CHECK(site.punch(site.device("owned-1"), site.token("bob")).pushed);
  const Said out = by_http(site, "POST", "/api/logout", site.token("bob"), "{}");
  CHECK(out.status == 200);
  check_refused(site, "owned-1", site.token("bob"), "session_expired", "not allowed");
  site.told("user", {"disable", "ada"});
  check_refused(site, "owned-1", site.token("root"), "owner_disabled", "not allowed");

  const auto with = [&](const std::string& lines) {
    site.server().conf("95-rules", "[accounts]\n" + lines);
    site.server().reload();
  };
  with("initiate = \"logged_in\"\n");
  check_refused(site, "mine-1", "", "login_required", "please log in");
  with("initiate = \"listed\"\nlisted = [\"root\"]\n");
  check_refused(site, "mine-1", site.token("far"), "not_initiator", "not allowed");
  CHECK(site.punch(site.device("mine-1"), site.token("root")).pushed);
  with("initiate_networks = [\"10.0.0.0/8\"]\n");
  check_refused(site, "mine-1", site.token("root"), "network", "not allowed");
}

TEST_CASE("who is banned, unknown or hidden does not exist, and another provider's no comes before any right") {
  RightsSite site;
  site.user("ada", "Default");
  site.group("Far");
  site.user("far", "Far");
  site.device("owned-1");
  site.told("device", {"assign", "owned-1", "--user", "ada"});
  const auto failure = [&](const std::string& id, const std::string& token) {
    wire::TcpClient a = site.dial("127.0.0.2");
    REQUIRE(a.secure(site.public_key()));
    hbb::PunchHoleRequest request = punch_request(site, id);
    request.set_token(token);
    a.send(request);
    const auto answer = a.receive();
    REQUIRE(answer.has_value());
    CHECK(answer->punch_hole_response().other_failure().empty());
    return answer->punch_hole_response().failure();
  };
  CHECK(failure("nowhere", site.token("root")) == hbb::PunchHoleResponse::ID_NOT_EXIST);
  CHECK(site.punch(site.device("owned-1"), site.token("far")).text.find("not allowed") != std::string::npos);
  site.server().conf("95-rules", "[accounts]\nhide_devices = true\n");
  site.server().reload();
  CHECK(failure("owned-1", site.token("far")) == hbb::PunchHoleResponse::ID_NOT_EXIST);
  CHECK(site.punch(site.device("owned-1"), site.token("ada")).pushed);

  site.told("block", {"owned-1"});
  CHECK(site.punch(site.device("owned-1"), site.token("ada")).text.find("not allowed") != std::string::npos);
  site.told("unblock", {"owned-1"});
  site.server().kill();
  site.start();
  site.ready();
  CHECK(failure("owned-1", site.token("ada")) == hbb::PunchHoleResponse::OFFLINE);
}

}  // namespace
}  // namespace junctor::site
