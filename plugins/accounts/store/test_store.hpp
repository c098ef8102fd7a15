// SPDX-License-Identifier: Apache-2.0
// For tests: the schema on a fake host's database, and transactions that wait for their end.
#pragma once

#include <doctest/doctest.h>
#include <junctor/testing/fake_database.hpp>

#include <memory>
#include <string>
#include <utility>

#include "accounts/store/first_start.hpp"
#include "accounts/store/schema.hpp"
#include "accounts/store/store.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts {

class TestStore {
 public:
  TestStore() { prepare(); }

  testing::FakeHost& host() { return host_; }
  Host& plugin() { return plugin_; }
  testing::FakeDatabase& raw() { return raw_; }
  Store& store() { return *store_; }
  int64_t now() const { return store_->now(); }

  /// Throws Refused as the work did.
  template <class Work>
  auto write(Work work) {
    using T = std::invoke_result_t<Work&, const Sql&, Touched&>;
    auto outcome = std::make_shared<Outcome<T>>();
    host_.on_loop(0, [&] { store_->write(std::move(work), [outcome](Outcome<T>& done) { *outcome = done; }); });
    return take(*outcome);
  }
  template <class Work>
  auto read(Work work) {
    using T = std::invoke_result_t<Work&, const Sql&>;
    auto outcome = std::make_shared<Outcome<T>>();
    host_.on_loop(0, [&] { store_->read(std::move(work), [outcome](Outcome<T>& done) { *outcome = done; }); });
    return take(*outcome);
  }

  Ref add(User user) {
    return write([&](const Sql& sql, Touched& touched) { return add_user(sql, user, now(), touched); });
  }
  Ref add(const std::string& name, bool admin = false) {
    User user;
    user.name = name;
    user.is_admin = admin;
    return add(user);
  }

 private:
  template <class T>
  T take(Outcome<T>& outcome) {
    host_.run_until_idle();
    if (!outcome.value) throw Refused{outcome.refused, outcome.http_status};
    return *outcome.value;
  }

  void prepare() {
    host_.on_control([&] {
      database_ = std::make_unique<Database>(plugin_);
      database_->migrate("accounts", schema());
      store_ = std::make_unique<Store>(plugin_, *database_);
    });
    write([&](const Sql& sql, Touched& touched) {
      make_built_ins(sql, now(), touched);
      return Unit{};
    });
  }

  testing::FakeHost host_;
  testing::FakeDatabase raw_{host_};
  Host plugin_{host_.raw()};
  std::unique_ptr<Database> database_;
  std::unique_ptr<Store> store_;
};

}  // namespace junctor::accounts
