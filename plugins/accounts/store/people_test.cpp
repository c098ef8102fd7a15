// SPDX-License-Identifier: Apache-2.0
// Users, groups, devices, sessions and tokens in the database: what is unique, and what disabling and deleting take
// along (accounts.md 2, 4).
#include "accounts/store/devices.hpp"
#include "accounts/store/factors.hpp"
#include "accounts/store/names.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/test_store.hpp"
#include "accounts/store/user_groups.hpp"

namespace junctor::accounts {
namespace {

Ref device_of(TestStore& site, const std::string& id, Ref owner, AssignedBy by = AssignedBy::kAdmin) {
  return site.write([&](const Sql& sql, Touched& touched) {
    Device device;
    device.device_id = id;
    device.uuid = "uuid" + id;
    const Ref ref = add_device(sql, device, site.now(), touched);
    set_device_owner(sql, ref, owner, by, touched);
    return ref;
  });
}

Session session_on(Ref user, const std::string& id, const std::string& secret) {
  Session session;
  session.user = user;
  session.device_id = id;
  session.uuid = "dXVpZA==";
  session.hash = hash_of(secret);
  session.method = "password";
  session.created = session.last_used = 1'700'000'000;
  return session;
}

Device device_at(TestStore& site, Ref ref) {
  return site.read([&](const Sql& sql) { return device_by_ref(sql, ref).value(); });
}

TEST_CASE("a user is found by name in any case and by mail, and neither may be taken twice") {
  TestStore site;
  User ada;
  ada.name = " Ada ";
  ada.email = "Ada@example.org";
  const Ref id = site.add(ada);
  for (const char* name : {"ADA", "ada", "ada@EXAMPLE.org"}) {
    CHECK(site.read([&](const Sql& sql) { return user_by_login(sql, name).value().id; }) == id);
  }
  CHECK_THROWS_WITH_AS(site.add("aDa"), "There is a user named aDa already", Refused);
  User bob;
  bob.name = "bob";
  bob.email = "ADA@example.ORG";
  CHECK_THROWS_WITH_AS(site.add(bob), "This mail address is another user's", Refused);
  const User found = site.read([&](const Sql& sql) { return user_by_id(sql, id).value(); });
  CHECK(found.name == "Ada");
  CHECK(found.group == site.read([](const Sql& sql) { return default_user_group(sql); }));
}

TEST_CASE("the last enabled administrator can be neither disabled nor made an ordinary user") {
  TestStore site;
  const Ref admin = site.add("admin", true);
  CHECK_THROWS_AS(site.write([&](const Sql& sql, Touched& touched) {
    set_user_status(sql, admin, UserStatus::kDisabled, touched);
    return Unit{};
  }),
                  Refused);
  CHECK_THROWS_AS(site.write([&](const Sql& sql, Touched& touched) {
    User user = user_by_id(sql, admin).value();
    user.is_admin = false;
    update_user(sql, user, touched);
    return Unit{};
  }),
                  Refused);
  site.add("other", true);
  site.write([&](const Sql& sql, Touched& touched) {
    set_user_status(sql, admin, UserStatus::kDisabled, touched);
    return Unit{};
  });
}

TEST_CASE("disabling ends sessions and leaves devices with their owner, also those that a log-in gave him") {
  TestStore site;
  const Ref ada = site.add("ada");
  const Ref device = device_of(site, "100000001", ada, AssignedBy::kLogin);
  site.write([&](const Sql& sql, Touched& touched) {
    add_session(sql, session_on(ada, "100000001", "s"), touched);
    set_user_status(sql, ada, UserStatus::kDisabled, touched);
    CHECK(touched.sessions.count(hash_of("s")) == 1);
    return Unit{};
  });
  CHECK(site.read([&](const Sql& sql) { return sessions_of(sql, ada, 9).size(); }) == 0);
  CHECK(device_at(site, device).owner == ada);
}

TEST_CASE("a log-out takes back the owner that a log-in set, and no other") {
  TestStore site;
  const Ref ada = site.add("ada");
  const Ref by_login = device_of(site, "100000001", ada, AssignedBy::kLogin);
  const Ref by_admin = device_of(site, "100000002", ada, AssignedBy::kAdmin);
  site.write([&](const Sql& sql, Touched& touched) {
    for (const char* id : {"100000001", "100000002"}) add_session(sql, session_on(ada, id, id), touched);
    end_sessions_of(sql, ada, kNoRef, LoginOwner::kTakeBack, touched);
    return Unit{};
  });
  CHECK(device_at(site, by_login).owner == kNoRef);
  CHECK_FALSE(device_at(site, by_login).orphan);
  CHECK(device_at(site, by_admin).owner == ada);
}

TEST_CASE("a deleted user leaves orphans, not devices for everyone; what else holds a device keeps it") {
  TestStore site;
  const Ref admin = site.add("admin", true);
  const Ref ada = site.add("ada");
  const Ref alone = device_of(site, "100000001", ada, AssignedBy::kLogin);
  const Ref shared = device_of(site, "100000002", ada);
  site.write([&](const Sql& sql, Touched& touched) {
    sql.exec("INSERT INTO {p}edges (subject_kind, subject_id, object_kind, object_id) VALUES (0, ?1, 2, ?2)",
             {admin, shared});
    sql.exec("INSERT INTO {p}edges (subject_kind, subject_id, object_kind, object_id) VALUES (0, ?1, 2, ?2)",
             {ada, shared});
    add_session(sql, session_on(ada, "100000001", "s"), touched);
    Token token;
    token.name = "t";
    token.owner = ada;
    token.scopes = Scopes::all();
    token.hash = hash_of("t");
    add_token(sql, token, site.now());
    return Unit{};
  });
  const auto erase = [&](Ref who) {
    site.write([&](const Sql& sql, Touched& touched) {
      delete_user(sql, ada, who, site.now(), touched);
      return Unit{};
    });
  };
  CHECK_THROWS_AS(erase(admin), Refused);  // not disabled yet
  site.write([&](const Sql& sql, Touched& touched) {
    set_user_status(sql, ada, UserStatus::kDisabled, touched);
    return Unit{};
  });
  CHECK_THROWS_AS(erase(ada), Refused);
  erase(admin);
  CHECK(device_at(site, alone).orphan);
  CHECK_FALSE(device_at(site, shared).orphan);
  CHECK(site.read([](const Sql& sql) { return sql.number("SELECT count(*) FROM {p}edges"); }) == 1);
  CHECK(site.read([](const Sql& sql) {
    return sql.number("SELECT count(*) FROM {p}tokens") + sql.number("SELECT count(*) FROM {p}sessions");
  }) == 0);
}

TEST_CASE("a new log-in on the same device replaces its session") {
  TestStore site;
  const Ref ada = site.add("ada");
  site.write([&](const Sql& sql, Touched& touched) {
    add_session(sql, session_on(ada, "100000001", "old"), touched);
    add_session(sql, session_on(ada, "100000002", "elsewhere"), touched);
    add_session(sql, session_on(ada, "100000001", "new"), touched);
    add_session(sql, session_on(ada, "", "script one"), touched);
    add_session(sql, session_on(ada, "", "script two"), touched);
    CHECK(touched.sessions.count(hash_of("old")) == 1);
    return Unit{};
  });
  CHECK(site.read([&](const Sql& sql) { return sessions_of(sql, ada, 9).size(); }) == 4);
  CHECK_FALSE(site.read([](const Sql& sql) { return session_by_hash(sql, hash_of("old")).has_value(); }));
}

TEST_CASE("members of a deleted group go to Default, and the built-in one stays") {
  TestStore site;
  const Ref sales = site.write([&](const Sql& sql, Touched& touched) {
    UserGroup group;
    group.name = "Sales";
    return add_user_group(sql, group, site.now(), touched);
  });
  User user;
  user.name = "ada";
  user.group = sales;
  const Ref ada = site.add(user);
  site.write([&](const Sql& sql, Touched& touched) {
    delete_user_group(sql, sales, touched);
    return Unit{};
  });
  const Ref standard = site.read([](const Sql& sql) { return default_user_group(sql); });
  CHECK(site.read([&](const Sql& sql) { return user_by_id(sql, ada).value().group; }) == standard);
  CHECK_THROWS_AS(site.write([&](const Sql& sql, Touched& touched) {
    delete_user_group(sql, standard, touched);
    return Unit{};
  }),
                  Refused);
}

TEST_CASE("a renamed device takes its books' entries and sessions along, and its old id is kept for it") {
  TestStore site;
  const Ref ada = site.add("ada");
  const Ref device = device_of(site, "100000001", ada);
  site.write([&](const Sql& sql, Touched& touched) {
    sql.exec("INSERT INTO {p}books (id, guid, personal, name, name_key, created) VALUES (1, 'g', 1, 'b', 'b', 1)");
    sql.exec("INSERT INTO {p}entries (guid, book_id, peer_id, created) VALUES ('e', 1, '100000001', 1)");
    add_session(sql, session_on(ada, "100000001", "s"), touched);
    rename_device(sql, device, "new-name", 99, touched);
    CHECK(touched.books.count(1) == 1);
    return Unit{};
  });
  CHECK(device_at(site, device).device_id == "new-name");
  CHECK(site.read([](const Sql& sql) { return session_by_hash(sql, hash_of("s")).value().device_id; }) == "new-name");
  CHECK(site.read([](const Sql& sql) {
    return sql.number("SELECT count(*) FROM {p}entries WHERE peer_id = 'new-name'") * 10 +
           sql.number("SELECT count(*) FROM {p}reserved_ids WHERE device_id = '100000001' AND until = 99");
  }) == 11);
}

TEST_CASE("a device is deleted once it is disabled, and what is stored of the peer is to go too") {
  TestStore site;
  const Ref device = device_of(site, "100000001", kNoRef);
  const auto erase = [&] {
    return site.write([&](const Sql& sql, Touched& touched) {
      delete_device(sql, device, touched);
      return touched.removed_devices;
    });
  };
  CHECK_THROWS_AS(erase(), Refused);
  site.write([&](const Sql& sql, Touched& touched) {
    set_device_state(sql, device, DeviceState::kDisabled, touched);
    return Unit{};
  });
  CHECK(erase() == std::set<std::string>{"100000001"});
  CHECK_FALSE(site.read([](const Sql& sql) { return device_by_id(sql, "100000001").has_value(); }));
}

TEST_CASE("each step of a TOTP secret and each backup code counts once") {
  TestStore site;
  const Ref ada = site.add("ada");
  site.write([&](const Sql& sql, Touched&) {
    put_totp(sql, {ada, "sealed", true, 0, 1});
    replace_backup_codes(sql, ada, {"one", "two"});
    CHECK(use_totp_step(sql, ada, 100));
    CHECK_FALSE(use_totp_step(sql, ada, 100));
    CHECK_FALSE(use_totp_step(sql, ada, 99));
    CHECK(use_totp_step(sql, ada, 101));
    CHECK(use_backup_code(sql, ada, "one"));
    CHECK_FALSE(use_backup_code(sql, ada, "one"));
    CHECK(backup_codes_left(sql, ada) == 1);
    return Unit{};
  });
}

TEST_CASE("a refusal inside a transaction takes back what it did") {
  TestStore site;
  CHECK_THROWS_WITH_AS(site.write([&](const Sql& sql, Touched& touched) {
    User user;
    user.name = "ada";
    add_user(sql, user, site.now(), touched);
    throw Refused{"changed my mind", 403};
    return Unit{};
  }),
                       "changed my mind", Refused);
  CHECK_FALSE(site.read([](const Sql& sql) { return user_by_name(sql, "ada").has_value(); }));
  site.raw().fail_next(JCT_E_IO);
  CHECK_THROWS_WITH_AS(site.add("ada"), "The server cannot store this now; please try again later", Refused);
}

TEST_CASE("what was touched is read inside the transaction and applied once it is stored, in order") {
  TestStore site;
  std::vector<std::string> seen;
  site.store().on_touched([&](const Sql& sql, const Touched& touched) {
    std::string names;
    for (const Ref ref : touched.users) names += user_by_id(sql, ref).value().name;
    return [&seen, names] { seen.push_back(names); };
  });
  site.add("ada");
  site.raw().fail_next(JCT_E_IO);
  CHECK_THROWS_AS(site.add("bob"), Refused);
  site.add("cid");
  CHECK(seen == std::vector<std::string>{"ada", "cid"});
}

}  // namespace
}  // namespace junctor::accounts
