// SPDX-License-Identifier: Apache-2.0
// The fake database is held against the contract of database/1, as real ones are; and the C++ layer against the fake.
#include <junctor/plugin.hpp>
#include <junctor/testing/database_contract.hpp>
#include <junctor/testing/fake_database.hpp>

namespace junctor::testing {
namespace {

class Faked {
 public:
  jct_service_ref database() { return {FakeDatabase::table(), &database_, {}}; }
  void run_until(const std::function<bool()>& ready) {
    host_.run_until_idle();
    REQUIRE(ready());
  }
  uint32_t loops() { return 1; }
  void reopen() {}  // it is in memory

 private:
  FakeHost host_;
  FakeDatabase database_{host_};
};

JUNCTOR_DATABASE_CONTRACT(Faked);

TEST_CASE("a work's result comes to the loop that asked, and not at all once the instance stops") {
  FakeHost host{{.loops = 2}};
  FakeDatabase raw{host};
  Host plugin{host.raw()};
  auto database = host.on_control([&] { return Database{plugin}; });
  host.on_control([&] { database.migrate("test", {{1, kContractSchema}}); });

  std::vector<std::string> heard;
  const auto add = [&](const std::string& name) {
    host.on_loop(1, [&] {
      database.write([name](Sql& sql) { return sql.exec("INSERT INTO {p}people (name, age) VALUES (?1, 1)", {name}); },
                     [&](jct_status status, uint64_t changed) {
                       heard.push_back(std::to_string(plugin.current_loop()) + " " + std::string{status_text(status)} +
                                       " " + std::to_string(changed));
                     });
    });
  };
  add("ada");
  CHECK(heard.empty());
  host.run_until_idle();
  add("ada");
  raw.fail_next(JCT_E_IO);
  host.run_until_idle();
  add("bob");
  host.loops().close_gate();
  host.run_until_idle();
  CHECK(heard == std::vector<std::string>{"1 ok 1", "1 io 0"});
}

TEST_CASE("the operator reads why a migration was refused") {
  FakeHost host;
  FakeDatabase raw{host};
  Host plugin{host.raw()};
  auto database = host.on_control([&] { return Database{plugin}; });
  host.on_control([&] { database.migrate("test", {{1, kContractSchema}}); });
  CHECK_THROWS_WITH_AS(host.on_control([&] { database.migrate("test", {}); }), "tables of version 1, known: 0", Error);
}

}  // namespace
}  // namespace junctor::testing
