// SPDX-License-Identifier: Apache-2.0
// Connecting to a real server: what it refuses and why, several places, and what a connection is set to.
#include "storage_postgres/connection.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "storage_postgres/schema.hpp"
#include "storage_postgres/test_server.hpp"

namespace junctor::storage::postgres {
namespace {

const auto kGoOn = [] { return true; };

Fault refusal(const Target& target) {
  try {
    migrate_store(target);
  } catch (const DatabaseError& error) {
    return error.fault();
  }
  FAIL("it connected");
  return {};
}

bool says(const Fault& fault, const char* part) { return fault.text.find(part) != std::string::npos; }

TEST_CASE("what is wrong at a start is told with the mend, and never the password") {
  Target target = fresh_target();
  SUBCASE("the password") {
    target.password = "wrong-one";
    const Fault fault = refusal(target);
    CHECK(fault.reason == "password");
    CHECK(says(fault, "ALTER ROLE"));
    CHECK_FALSE(says(fault, "wrong-one"));
  }
  SUBCASE("no password") {
    target.password.clear();
    CHECK(refusal(target).reason == "password");
  }
  SUBCASE("the database") {
    target.database = "absent";
    const Fault fault = refusal(target);
    CHECK(fault.reason == "no_database");
    CHECK(says(fault, "createdb -E UTF8 -O junctor absent"));
  }
  SUBCASE("the role") {
    target.user = "stranger";
    CHECK(refusal(target).reason == "password");  // the server does not say which of both
  }
  SUBCASE("nobody listens") {
    target.places = {{"127.0.0.1", 1}};
    const Fault fault = refusal(target);
    CHECK(fault.reason == "unreachable");
    CHECK(says(fault, "127.0.0.1:1"));
  }
  SUBCASE("TLS that the server has not") {
    target.ssl_mode = "require";
    CHECK(refusal(target).reason == "tls");
  }
  SUBCASE("no right to make the schema") {
    server().sql("CREATE DATABASE foreign_one", "postgres");
    target.database = "foreign_one";
    const Fault fault = refusal(target);
    CHECK(fault.reason == "denied");
    CHECK(says(fault, "GRANT"));
  }
  SUBCASE("an encoding that loses letters") {
    server().sql("CREATE DATABASE latin OWNER junctor ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", "postgres");
    target.database = "latin";
    const Fault fault = refusal(target);
    CHECK(fault.reason == "encoding");
    CHECK(says(fault, "-E UTF8 -T template0"));
  }
  SUBCASE("tables of a newer version") {
    migrate_store(target);
    server().sql("UPDATE " + target.schema + ".junctor_migrations SET version = 99");
    const Fault fault = refusal(target);
    CHECK(fault.reason == "schema");
    CHECK(says(fault, "99"));
  }
}

TEST_CASE("a schema that exists is used by a role that may make none") {
  Target target = fresh_target();
  server().sql("CREATE DATABASE shared_one", "postgres");
  server().sql("CREATE SCHEMA \"Odd schema\" AUTHORIZATION junctor", "shared_one");
  target.database = "shared_one";
  target.schema = "Odd schema";
  migrate_store(target);
  CHECK(server().sql("SELECT count(*) FROM \"Odd schema\".junctor_peer", "shared_one") == "0\n");
}

TEST_CASE("of several places the first that works is used, and the fault that says most is told") {
  Target target = fresh_target();
  target.places.insert(target.places.begin(), Place{"127.0.0.1", 1});
  const auto connection = Connection::open(target, kGoOn);
  CHECK(connection->place().port == server().port());
  target.password = "wrong-one";
  CHECK(refusal(target).reason == "password");
}

TEST_CASE("a Unix socket is a place") {
  Target target = fresh_target();
  target.places = {{server().socket_dir(), server().port()}};
  CHECK(Connection::open(target, kGoOn)->run("SELECT 1").number(0, 0) == 1);
}

TEST_CASE("a server that takes connections and says nothing is given up") {
  const int deaf = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(deaf, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(deaf, 4) == 0);
  ::getsockname(deaf, reinterpret_cast<sockaddr*>(&address), &size);
  Target target = fresh_target();
  target.connect_timeout = Millis{100};
  target.places = {{"127.0.0.1", ntohs(address.sin_port)}};
  CHECK(refusal(target).reason == "unreachable");
  target.places.push_back({"127.0.0.1", server().port()});
  CHECK(Connection::open(target, kGoOn)->place().port == server().port());
  int asked = 0;
  target.connect_timeout = Millis{3'600'000};
  CHECK_THROWS_AS(Connection::open(target, [&] { return ++asked < 3; }), DatabaseError);
  ::close(deaf);
}

TEST_CASE("a connection is durable and bounded even where the database's own settings are not") {
  server().sql("CREATE DATABASE hasty OWNER junctor", "postgres");
  server().sql("ALTER DATABASE hasty SET synchronous_commit = off", "postgres");
  server().sql("ALTER DATABASE hasty SET statement_timeout = 0", "postgres");
  Target target = fresh_target();
  target.database = "hasty";
  target.statement_timeout = Millis{1234};
  const auto connection = Connection::open(target, kGoOn);
  CHECK(connection->run("SHOW synchronous_commit").bytes(0, 0) == "on");
  CHECK(connection->run("SHOW statement_timeout").bytes(0, 0) == "1234ms");
  CHECK(connection->server_is_durable());
}

TEST_CASE("a statement that is refused leaves the connection as it was") {
  const auto connection = Connection::open(fresh_target(), kGoOn);
  CHECK_THROWS_AS(connection->run("SELEKT 1"), DatabaseError);
  CHECK(connection->run("SELECT 2").number(0, 0) == 2);
}

TEST_CASE("several nodes that start at once make the tables once") {
  const Target target = fresh_target();
  std::vector<std::thread> nodes;
  std::atomic<int> failed{0};
  for (int i = 0; i < 4; ++i) {
    nodes.emplace_back([&] {
      try {
        migrate_store(target);
      } catch (const DatabaseError&) {
        ++failed;
      }
    });
  }
  for (std::thread& node : nodes) node.join();
  CHECK(failed == 0);
}

}  // namespace
}  // namespace junctor::storage::postgres
