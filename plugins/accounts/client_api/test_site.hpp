// SPDX-License-Identifier: Apache-2.0
// For tests: the clients' side of accounts in a small plugin, on a fake host, a fake http/1 and SQLite in memory. What
// a test says by call() and auth() goes the way of real requests.
#pragma once

#include <doctest/doctest.h>
#include <junctor/testing/fake_auth.hpp>
#include <junctor/testing/fake_database.hpp>
#include <junctor/testing/fake_http.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "accounts/client_api/client_side.hpp"
#include "accounts/store/devices.hpp"
#include "accounts/store/first_start.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/schema.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/user_groups.hpp"
#include "accounts/store/users.hpp"
#include "wire/abi.hpp"
#include "wire/base64.hpp"
#include "wire/signing.hpp"

namespace junctor::accounts {

class TestPlugin {
 public:
  TestPlugin(Host& host, const Config& config)
      : database_{host},
        server_{host, config},
        store_{host, migrated(database_)},
        side_{host, store_, sealer_, next()} {
    host.provide(JCT_AUTH_SERVICE, Rights::table(), &side_.rights());
    last() = this;
  }
  void start() {
    side_.route(server_);
    side_.see_presence_by([](std::string_view id) { return online().count(id) != 0; });
    side_.start();
  }
  void drain(Done done) { server_.drain(std::move(done)); }
  void stop() { server_.close(); }

  /// The instance that was made last, and the settings of the next one.
  static TestPlugin*& last() {
    static TestPlugin* plugin = nullptr;
    return plugin;
  }
  /// Who is in signalling.
  static std::set<std::string, std::less<>>& online() {
    static std::set<std::string, std::less<>> ids;
    return ids;
  }
  static ClientSide::Settings& next() {
    static ClientSide::Settings settings;
    return settings;
  }
  Store& store() { return store_; }
  ClientSide& side() { return side_; }
  const Sealer& sealer() const { return sealer_; }

 private:
  static Database& migrated(Database& database) {
    database.migrate("accounts", schema());
    return database;
  }

  Sealer sealer_{{1, 2, 3}};
  Database database_;
  http::Server server_;
  Store store_;
  ClientSide side_;
};

inline const jct_plugin* test_plugin() {
  static constexpr declare::Traits kTraits =
      declare::traits(declare::provides("auth/1"), declare::needs("database/1", "http/1"), declare::parallel());
  static constexpr jct_plugin kPlugin = detail::descriptor<TestPlugin>("accounts", "for tests", kTraits);
  return &kPlugin;
}

/// ada (administrator) and bob in the group Default, eve in Lab; who logs in has the token "NAME's".
class TestSite {
 public:
  explicit TestSite(ClientSide::Settings settings = {}) {
    TestPlugin::next() = std::move(settings);
    plugin_ = std::make_unique<testing::PluginUnderTest>(host, test_plugin());
    write([this](const Sql& sql, Touched& touched) {
      make_built_ins(sql, now(), touched);
      UserGroup group;
      group.name = "Lab";
      lab = add_user_group(sql, group, now(), touched);
      ada = add(sql, touched, "ada", kNoRef, true);
      bob = add(sql, touched, "bob", kNoRef, false);
      eve = add(sql, touched, "eve", lab, false);
    });
    plugin_->start();
    host.run_until_idle();
  }

  // ---- as the administration does ----
  template <class Work>
  void write(Work work) {
    auto outcome = std::make_shared<Outcome<Unit>>();
    host.on_loop(0, [&] {
      TestPlugin::last()->store().write(
          [work](const Sql& sql, Touched& touched) {
            work(sql, touched);
            return Unit{};
          },
          [outcome](Outcome<Unit>& done) { *outcome = done; });
    });
    host.run_until_idle();
    REQUIRE_MESSAGE(outcome->value, outcome->refused);
  }
  /// A device as it registered; its uuid is "uuid-ID", its key of `keys(id)`.
  Ref device(const std::string& id, Ref owner = kNoRef, Ref group = kNoRef, DeviceState state = DeviceState::kActive) {
    Ref made = kNoRef;
    write([&](const Sql& sql, Touched& touched) {
      Device row;
      row.device_id = id;
      row.uuid = "uuid-" + id;
      row.pk = std::string{wire::bytes_of(keys(id).public_key())};
      row.owner = owner;
      row.group = group;
      row.state = state;
      if (owner != kNoRef) row.by.owner = AssignedBy::kAdmin;
      made = add_device(sql, row, now(), touched);
    });
    return made;
  }
  static wire::SigningKeys keys(const std::string& id) {
    return wire::SigningKeys::from_seed({static_cast<uint8_t>(id.back())});
  }
  static std::string uuid64(const std::string& id) { return wire::encode_base64("uuid-" + id); }
  /// `{"id":..,"uuid":..` and the rest, which begins with a comma or is empty.
  static std::string claim(const std::string& id, const std::string& rest = "") {
    return "{\"id\":\"" + id + "\",\"uuid\":\"" + uuid64(id) + "\"" + rest + "}";
  }
  Ref strategy(const std::string& name, const std::string& options, bool enabled = true) {
    Ref made = kNoRef;
    write([&](const Sql& sql, Touched& touched) {
      made = static_cast<Ref>(
          sql.number("INSERT INTO {p}strategies (guid, name, name_key, enabled, options, created) VALUES "
                     "(?1, ?1, ?1, ?2, ?3, 0) RETURNING id",
                     {name, enabled, options}));
      touched.strategies.insert(made);
    });
    return made;
  }
  Ref device_group(const std::string& name) {
    Ref made = kNoRef;
    write([&](const Sql& sql, Touched& touched) {
      made = static_cast<Ref>(
          sql.number("INSERT INTO {p}device_groups (guid, name, name_key, created) VALUES (?1, ?1, ?2, 0) RETURNING id",
                     {name, name_key(name)}));
      touched.device_groups.insert(made);
    });
    return made;
  }
  void edge(const Edge& edge) {
    write([&](const Sql& sql, Touched& touched) {
      sql.exec("INSERT INTO {p}edges (subject_kind, subject_id, object_kind, object_id) VALUES (?1, ?2, ?3, ?4)",
               {edge.subject.kind, edge.subject.ref, edge.object.kind, edge.object.ref});
      touched.edges = true;
    });
  }
  void api_token(const std::string& token, Ref owner, const std::string& scopes) {
    write([&](const Sql& sql, Touched&) {
      Token row;
      row.name = token;
      row.owner = owner;
      row.scopes = *Scopes::parse(scopes);
      row.hash = hash_of(token);
      add_token(sql, row, now());
    });
  }
  int64_t number(const std::string& sql_text) {
    int64_t value = 0;
    write([&](const Sql& sql, Touched&) { value = sql.number(sql_text); });
    return value;
  }
  std::string text(const std::string& sql_text) {
    std::string value;
    write([&](const Sql& sql, Touched&) {
      value = sql.one(sql_text, {}, [](const Row& row) { return row.text(0); }).value_or("(none)");
    });
    return value;
  }

  // ---- as clients do ----
  testing::FakeExchange call(const std::string& method, const std::string& path, const std::string& body = "",
                             const std::string& token = "") {
    testing::FakeRequest request;
    request.method = method;
    request.path = path;
    request.body = body;
    if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
    return http.call(request);
  }
  struct Asked {
    uint32_t kind = JCT_AUTH_REACH;
    std::string id, token, uuid, pk, old_id, switch_code;
    uint32_t id_state = JCT_AUTH_ID_KNOWN;
    std::string from = "198.51.100.9:4000";
  };
  Verdict auth(const Asked& asked) {
    jct_auth_request request{};
    request.kind = asked.kind;
    request.id = str(asked.id);
    request.token = str(asked.token);
    request.uuid = bytes(asked.uuid);
    request.pk = bytes(asked.pk);
    request.old_id = str(asked.old_id);
    request.switch_code = str(asked.switch_code);
    request.id_state = asked.id_state;
    request.address = wire::to_abi(*wire::Address::parse(asked.from));
    testing::AuthQuestion question;
    question.ask(host, plugin_->service<jct_auth_service>("auth/1"), plugin_->service_self("auth/1"), request);
    host.run_until_idle();
    REQUIRE(question.answers() == 1);
    return *question.verdict();
  }
  Verdict reach(const std::string& id, const std::string& token = "") {
    Asked asked;
    asked.id = id;
    asked.token = token;
    return auth(asked);
  }
  int64_t now() { return TestPlugin::last()->store().now(); }
  ClientSide& side() { return TestPlugin::last()->side(); }

  testing::FakeHost host;
  testing::FakeDatabase database{host};
  testing::FakeHttp http{host};
  Ref ada = kNoRef, bob = kNoRef, eve = kNoRef, lab = kNoRef;

 private:
  Ref add(const Sql& sql, Touched& touched, const std::string& name, Ref group, bool admin) {
    User user;
    user.name = name;
    user.group = group;
    user.is_admin = admin;
    const Ref made = add_user(sql, user, now(), touched);
    Session session;
    session.user = made;
    session.hash = hash_of(name + "'s");
    session.method = "password";
    session.created = session.last_used = now();
    add_session(sql, session, touched);
    return made;
  }

  std::unique_ptr<testing::PluginUnderTest> plugin_;
};

}  // namespace junctor::accounts
