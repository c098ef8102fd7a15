// SPDX-License-Identifier: Apache-2.0
// Admission and blocks through the plugin on a fake host: auth/1, the commands, storage, restarts and reloads.
#include <junctor/service/admissions.h>

#include "auth_key/test_site.hpp"

namespace junctor::auth {
namespace {

using namespace std::chrono_literals;

const Settings kOpen{{"key", ""}};
const Settings kApprove{{"key", ""}, {"admission", "approve"}};
const Settings kClosed{{"key", ""}, {"admission", "closed"}};
constexpr const char* kId = R"("123456789")";

struct Site {
  Running run(const Settings& settings) { return {&store, dir, settings}; }
  void record(const std::string& id, const std::string& uuid) {
    store.peer_put({id, uuid, "key", "", 0}, 0, [](storage::Status) {});
  }

  TestDir dir;
  TestStore store;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("a new device waits, is shown, approved and let in; a restart keeps that") {
  Site site;
  {
    Running server = site.run(kApprove);
    CHECK(server.ask({}) == "not_admitted");
    CHECK(server.ask({}) == "not_admitted");
    CHECK(server.host.lines_of("auth.waiting") == 1);
    CHECK(server.host.metric("auth_waiting") == 1);
    CHECK(server.host.metric("auth_denied", "reason=not_admitted") == 2);
    CHECK(has(server.ctl("peers waiting"), R"("id":"123456789","state":"waiting")"));
    CHECK(has(server.ctl("peers approve", kId), R"("state":"approved")"));
    CHECK(server.host.lines_of("auth.approved") == 1);
    CHECK(server.ask({.pk = "other"}) == "not_admitted");
    CHECK(server.ask({}) == "ok");
  }
  Running server = site.run(kClosed);
  CHECK(server.ask({.pk = "other"}) == "not_admitted");
  CHECK(server.ask({}) == "ok");
  CHECK(server.ctl("peers waiting").find("\"waiting\"") == std::string::npos);
}

TEST_CASE("an approval has done its work once its device is on record") {
  Site site;
  Running server = site.run(kApprove);
  server.ctl("peers approve", kId);
  CHECK(server.ask({}) == "ok");
  CHECK(site.store.values() == 1);
  server.host.advance(61s);
  CHECK(site.store.values() == 1);  // it has not stored itself
  CHECK(server.ask({}) == "ok");
  site.record("123456789", "uuid");
  server.host.advance(61s);
  CHECK(site.store.values() == 0);
  CHECK(server.ask({}) == "ok");
  CHECK(server.ask({.uuid = "other"}) == "uuid_mismatch");
}

TEST_CASE("whoever was approved unseen is kept to, by a restart too") {
  Site site;
  {
    Running server = site.run(kClosed);
    CHECK(server.ask({}) == "not_admitted");
    server.ctl("peers approve", kId);
    CHECK(server.ask({}) == "ok");
    CHECK(server.ask({.uuid = "other"}) == "not_admitted");
  }
  Running server = site.run(kClosed);
  CHECK(server.ask({.uuid = "other"}) == "not_admitted");
  CHECK(server.ask({}) == "ok");
}

TEST_CASE("switching the mode locks out nobody who is on record") {
  Site site;
  site.record("123456789", "uuid");
  Running server = site.run(kOpen);
  CHECK(server.ask({.id = "new-device"}) == "ok");
  for (const Settings& settings : {kApprove, kClosed}) {
    server.plugin().reload(settings);
    CHECK(server.ask({}) == "ok");
    CHECK(server.ask({.id = "new-device"}) == "not_admitted");
  }
  server.plugin().reload(kOpen);
  CHECK(server.ask({.id = "new-device"}) == "ok");
}

TEST_CASE("a change of id takes a registered device and an id that is nobody's") {
  Site site;
  site.record("123456789", "uuid");
  Running server = site.run(kClosed);
  const auto change = [&](const char* id, const char* old_id, const char* uuid) {
    return server.ask({.kind = JCT_AUTH_RENAME, .id = id, .uuid = uuid, .pk = "", .old_id = old_id});
  };
  CHECK(change("reception", "123456789", "uuid") == "ok");
  CHECK(change("reception", "123456789", "other") == "uuid_mismatch");
  CHECK(change("reception", "987654321", "uuid") == "not_admitted");
  server.ctl("peers approve", R"("meant-for-b")");
  CHECK(change("meant-for-b", "123456789", "uuid") == "id_reserved");
  server.ctl("peers block", R"("no-such-name")");
  CHECK(change("no-such-name", "123456789", "uuid") == "blocked");
  server.ctl("peers block", kId);
  CHECK(change("reception", "123456789", "uuid") == "blocked");
  server.ctl("peers unblock", kId);
  site.store.broken = true;
  CHECK(change("reception", "123456789", "uuid") == "auth_unavailable");
}

TEST_CASE("a block holds at once and for every kind of request, over a restart, and until it ends") {
  Site site;
  site.record("123456789", "uuid");
  {
    Running server = site.run(kOpen);
    server.ctl("peers block", kId);
    server.ctl("block", R"("10.0.0.9","for","90s","Too","many")");
    for (const uint32_t kind : {JCT_AUTH_REGISTER, JCT_AUTH_REACH, JCT_AUTH_START, JCT_AUTH_RELAY}) {
      CHECK(server.ask({.kind = kind}) == "blocked");
      CHECK(server.ask({.kind = kind, .id = "987654321", .last_octet = 9}) == "blocked");
      CHECK(server.ask({.kind = kind, .id = "987654321"}) == "ok");
    }
  }
  Running server = site.run(kOpen);
  CHECK(server.ask({}) == "blocked");
  CHECK(server.ask({.id = "987654321", .last_octet = 9}) == "blocked");
  CHECK(has(server.ctl("blocked"), R"("blocked":"10.0.0.9","kind":"network","text":"Too many")"));
  server.host.advance(91s);
  CHECK(server.ask({.id = "987654321", .last_octet = 9}) == "ok");
  server.host.advance(60s);
  CHECK(site.store.values() == 1);
  server.ctl("peers unblock", kId);
  CHECK(server.ask({}) == "ok");
  CHECK(site.store.values() == 0);
}

TEST_CASE("what an operator decides is an event once it is kept") {
  Site site;
  Running server = site.run(kApprove);
  const auto last = [&](const char* name) { return server.host.last_event(name).text(); };
  server.ctl("peers approve", kId);
  CHECK(last("auth.approved") == "event=auth.approved id=123456789 kept=stored");
  server.ctl("peers reject", kId);
  CHECK(last("auth.rejected") == "event=auth.rejected id=123456789 kept=stored");
  server.ctl("block", R"("10.0.0.0/8","for","2h","Not today")");
  CHECK(last("auth.blocked") == "event=auth.blocked network=10.0.0.0/8 lasts_s=7200 kept=stored");
  server.ctl("unblock", R"("10.0.0.0/8")");
  CHECK(last("auth.unblocked") == "event=auth.unblocked network=10.0.0.0/8 kept=stored");
  server.ctl("peers block", kId);
  CHECK(last("auth.blocked") == "event=auth.blocked id=123456789 kept=stored");
  site.store.broken = true;
  server.ctl("peers block", R"("987654321")");
  CHECK(server.host.events_of("auth.blocked") == 2);
}

TEST_CASE("what could not be stored has not happened") {
  Site site;
  Running server = site.run(kApprove);
  CHECK(server.ask({}) == "not_admitted");
  site.store.broken = true;
  CHECK(has(server.ctl("peers approve", kId), "could not be stored (io)"));
  CHECK(has(server.ctl("peers block", R"("987654321")"), "could not be stored (io)"));
  CHECK(server.ask({}) == "auth_unavailable");
  site.store.broken = false;
  CHECK(server.ask({}) == "not_admitted");
  CHECK(server.ask({.kind = JCT_AUTH_START, .id = "987654321"}) == "ok");
}

TEST_CASE("who asks before the state is there is answered when it is") {
  Site site;
  {
    Running server = site.run(kOpen);
    server.ctl("peers block", kId);
  }
  site.store.broken = true;
  Running server = site.run(kOpen);
  const auto blocked = server.begin({.kind = JCT_AUTH_START});
  const auto fine = server.begin({.kind = JCT_AUTH_START, .id = "987654321"});
  server.host.run_until_idle();
  CHECK(blocked->word() == "unanswered");
  CHECK(server.host.lines_of("auth.load_failed") == 1);
  site.store.broken = false;
  server.host.advance(1s);
  CHECK(blocked->word() == "blocked");
  CHECK(fine->word() == "ok");
}

TEST_CASE("who is still held when the server stops is denied") {
  Site site;
  site.store.broken = true;
  std::shared_ptr<testing::AuthQuestion> answer;
  {
    Running server = site.run(kOpen);
    answer = server.begin({});
    server.plugin().finish();
    CHECK(answer->word() == "auth_unavailable");
  }
}

TEST_CASE("without a storage a site is open, and blocks last until the server ends") {
  const TestDir dir;
  CHECK_THROWS_WITH_AS((Running{nullptr, dir, kApprove}), doctest::Contains("need a storage"), Error);
  Running server{nullptr, dir, kOpen};
  CHECK_THROWS_WITH_AS(server.plugin().reload(kClosed), doctest::Contains("[storage_sqlite]"), Error);
  CHECK(server.ask({}) == "ok");
  server.ctl("peers block", kId);
  CHECK(server.ask({}) == "blocked");
  CHECK(server.host.last_line("auth.blocked").text().find("until the server ends") != std::string::npos);
}

TEST_CASE("a flood of devices fills its share of the list, and nobody else's") {
  Site site;
  Settings settings = kApprove;
  settings["max_waiting"] = "5";
  settings["max_waiting_per_address"] = "3";
  Running server = site.run(settings);
  for (int i = 0; i < 50; ++i) CHECK(server.ask({.id = "flood-" + std::to_string(i)}) == "not_admitted");
  CHECK(server.host.metric("auth_waiting") == 3);
  CHECK(server.host.metric("auth_waiting_full") == 47);
  CHECK(server.host.lines_of("auth.waiting") == 3);
  CHECK(server.ask({.last_octet = 2}) == "not_admitted");
  CHECK(has(server.ctl("peers waiting"), R"("id":"123456789","state":"waiting")"));
}

/// Who keeps the devices elsewhere.
struct Elsewhere {
  std::vector<std::string> asked;
  static void command(void* self, jct_str verb, jct_str args, jct_reply reply) {
    static_cast<Elsewhere*>(self)->asked.push_back(std::string{view(verb)} + " " + std::string{view(args)});
    reply.finish(reply.self, JCT_OK, str(R"({"rows":[]})"));
  }
  static constexpr jct_admissions_service kTable{sizeof(jct_admissions_service), 0, &command};
};

TEST_CASE("where somebody else decides who is admitted he is asked, and a rule here is refused") {
  TestDir dir;
  TestStore store;
  FakeHost host;
  Elsewhere elsewhere;
  store.attach(host);
  host.provide(JCT_ADMISSIONS_SERVICE, &Elsewhere::kTable, &elsewhere);
  KernelValues kernel;
  kernel.data_dir = dir.path();
  {
    PluginUnderTest plugin{host, junctor_plugin_v1(), kOpen, kernel};
    plugin.start();
    for (const char* word : {"peers waiting", "peers approve", "peers reject"}) {
      CHECK(host.command(word, R"({"args":["7"]})")->json == R"({"rows":[]})");
    }
    CHECK(elsewhere.asked == std::vector<std::string>{R"(waiting {"args":["7"]})", R"(approve {"args":["7"]})",
                                                      R"(reject {"args":["7"]})"});
    CHECK(has(host.command("block", R"({"args":["7"]})")->json, "7"));
    CHECK_THROWS_WITH_AS(plugin.reload(kApprove), doctest::Contains("decides here which devices are admitted"), Error);
    plugin.finish();
  }
  store.detach();
  FakeHost next;
  store.attach(next);
  next.provide(JCT_ADMISSIONS_SERVICE, &Elsewhere::kTable, &elsewhere);
  PluginUnderTest plugin{next, junctor_plugin_v1(), kClosed, kernel};
  CHECK_THROWS_WITH_AS(plugin.start(), doctest::Contains("set its admission"), Error);
  plugin.finish();
  store.detach();
}

}  // namespace
}  // namespace junctor::auth
