// SPDX-License-Identifier: Apache-2.0
// Who has gone from the directory, and the brake.
#include "accounts/login/directory_sync.hpp"

#include "accounts/login/provider_site.hpp"
#include "accounts/store/sessions.hpp"

namespace junctor::accounts {
namespace {

using namespace std::chrono_literals;

struct SyncSite : ProviderSite {
  SyncSite() {
    directory.sync_seconds = 3600;
    local("root", true);
    host().on_control([this] {
      sync = std::make_unique<DirectorySync>(
          DirectorySync::Parts{plugin(), store(), *providers, [this](Ref user) { told.push_back(user); }});
      sync->start();
    });
  }
  ~SyncSite() {
    host().on_control([this] { sync->stop(); });
  }
  Ref person(const std::string& name) {
    directory.add(name, "secret");
    const LoginAnswer in = first(name, "secret");
    REQUIRE(in.kind == LoginAnswer::Kind::kIn);
    return in.user.id;
  }
  DirectorySync::Report run(bool release = false) {
    std::optional<DirectorySync::Report> report;
    host().on_loop(0, [&] {
      sync->run(providers->named("directory").value(), release,
                [&](const DirectorySync::Report& said) { report = said; });
    });
    host().run_until_idle();
    return report.value();
  }
  bool enabled(const std::string& name) { return user(name).value().enabled(); }

  std::vector<Ref> told;
  std::unique_ptr<DirectorySync> sync;
};

TEST_CASE("each hour who has gone is disabled with his sessions, and who is there stays") {
  SyncSite site;
  const Ref ada = site.person("ada");
  site.person("bob");
  site.directory.people.erase("ada");
  site.host().advance(59min);
  CHECK(site.enabled("ada"));
  site.host().advance(3min);
  site.host().run_until_idle();
  CHECK_FALSE(site.enabled("ada"));
  CHECK(site.enabled("bob"));
  CHECK(site.enabled("root"));
  CHECK(site.told == std::vector<Ref>{ada});
  CHECK(site.read([&](const Sql& sql) { return sessions_of(sql, ada, 10).size(); }) == 0);
  CHECK(site.first("ada", "secret").kind == LoginAnswer::Kind::kRefused);
  CHECK(site.host().metric("directory_disabled") == 1);
}

TEST_CASE("whom the directory has switched off is disabled, too, and whom it lets in no more loses his sessions") {
  SyncSite site;
  site.person("ada");
  const Ref bob = site.person("bob");
  site.directory.people["ada"].second.disabled = true;
  site.directory.people["bob"].second.refused = "Your account is in none of the groups that may log in here";
  const auto report = site.run();
  CHECK(report.refused.empty());
  CHECK(report.looked_for == 2);
  CHECK(report.disabled == 1);
  CHECK_FALSE(site.enabled("ada"));
  CHECK(site.enabled("bob"));
  CHECK(site.read([&](const Sql& sql) { return sessions_of(sql, bob, 10).size(); }) == 0);
}

TEST_CASE("more than the brake allows disables nobody, until it is released by hand") {
  SyncSite site;
  for (const char* name : {"a1", "a2", "a3", "a4", "a5"}) site.person(name);
  site.directory.people.erase("a1");
  site.directory.people.erase("a2");
  const auto stopped = site.run();
  CHECK(stopped.refused == "2 of 5 users are not in the directory any more, more than 20 %; nobody was disabled");
  CHECK(site.enabled("a1"));
  CHECK(site.host().metric("warning", "reason=directory_sync_brake") == 1);
  CHECK(site.host().lines_of("accounts.directory_sync_stopped") == 1);
  const auto released = site.run(true);
  CHECK(released.disabled == 2);
  CHECK_FALSE(site.enabled("a1"));
  CHECK(site.enabled("a3"));
  CHECK(site.host().metric("warning", "reason=directory_sync_brake") == 0);
}

TEST_CASE("an empty answer for a site's only user is a fault, too") {
  SyncSite site;
  site.person("ada");
  site.directory.people.clear();
  CHECK_FALSE(site.run().refused.empty());
  CHECK(site.enabled("ada"));
}

TEST_CASE("a directory that does not answer changes nothing") {
  SyncSite site;
  site.person("ada");
  site.person("bob");
  site.directory.people.erase("ada");
  site.directory.is_down = true;
  CHECK(site.run().refused == "the directory does not answer: away");
  CHECK(site.enabled("ada"));
  CHECK(site.host().metric("directory_syncs_stopped") == 1);
}

TEST_CASE("the last administrator is left, though he has gone") {
  SyncSite site;
  site.directory.add("boss", "secret");
  site.directory.people["boss"].second.rules = site.directory.people["boss"].second.admin = true;
  REQUIRE(site.first("boss", "secret").kind == LoginAnswer::Kind::kIn);
  for (const char* name : {"a1", "a2"}) site.person(name);
  site.write([&](const Sql& sql, Touched& touched) {
    set_user_status(sql, user_by_name(sql, "root").value().id, UserStatus::kDisabled, touched);
    return Unit{};
  });
  site.directory.people.erase("boss");
  CHECK(site.run().disabled == 0);
  CHECK(site.enabled("boss"));
  CHECK(site.host().lines_of("accounts.directory_left") == 1);
}

}  // namespace
}  // namespace junctor::accounts
