// SPDX-License-Identifier: Apache-2.0
// libpq's texts become words. The real server's are in connection_test.cpp.
#include "storage_postgres/fault.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace junctor::storage::postgres {
namespace {

const Place kThere{"db1", 5432};

Target target() {
  Target target;
  target.database = "site";
  target.user = "junctor";
  target.password = "secret";
  return target;
}

TEST_CASE("a SQLSTATE is found in a text of any language, and nowhere else") {
  CHECK(state_in("connection to server at \"db1\" failed: FATAL:  28P01: password authentication failed") == "28P01");
  CHECK(state_in("FATALE:  3D000: il database \"site\" non esiste\nLOCATION:  InitPostgres, postinit.c:1016") ==
        "3D000");
  CHECK(state_in("could not translate host name \"db1\" to address: Name or service not known").empty());
  CHECK(state_in("FATAL:  ").empty());
  CHECK(state_in("").empty());
  CHECK(state_in("a:  short").empty());
}

TEST_CASE("each refusal has its word, and says where and what to do") {
  const auto reason = [](const char* text) { return describe_refusal(target(), kThere, text).reason; };
  CHECK(reason("FATAL:  28P01: x") == "password");
  CHECK(reason("fe_sendauth: no password supplied") == "password");
  CHECK(reason("FATAL:  3D000: x") == "no_database");
  CHECK(reason("FATAL:  28000: no pg_hba.conf entry") == "denied");
  CHECK(reason("FATAL:  42501: x") == "denied");
  CHECK(reason("FATAL:  53300: x") == "full");
  CHECK(reason("FATAL:  57P03: x") == "starting");
  CHECK(reason("session is read-only") == "read_only");
  CHECK(reason("server does not support SSL, but SSL was required") == "tls");
  CHECK(reason("connection refused") == "unreachable");
  const Fault fault = describe_refusal(target(), kThere, "FATAL:  28P01: x\nLOCATION:  auth_failed, auth.c:330");
  CHECK(fault.text.find("db1:5432") != std::string::npos);
  CHECK(fault.text.find("ALTER ROLE") != std::string::npos);
  CHECK(fault.text.find("secret") == std::string::npos);
}

TEST_CASE("texts are one line, without the place in the server's source") {
  const Fault fault = describe_error(target(), "42P01",
                                     "ERROR:  42P01: relation \"x\" does not exist\nLINE 1: SELECT\n  ^\n"
                                     "LOCATION:  parserOpenTable, parse_relation.c:1392\n");
  CHECK(fault.reason == "schema");
  CHECK(fault.text.find('\n') == std::string::npos);
  CHECK(fault.text.find("LOCATION") == std::string::npos);
  CHECK(fault.text.find("ERROR:  relation") != std::string::npos);
}

TEST_CASE("every word is one of the list; which of them pass by themselves") {
  for (const char* state :
       {"53100", "53300", "53200", "57014", "57P01", "08006", "25006", "42501", "23505", "40001", "42P01", "XX000"}) {
    const std::string reason = describe_error(target(), state, "x").reason;
    CHECK(std::find(std::begin(kReasons), std::end(kReasons), reason) != std::end(kReasons));
  }
  CHECK(is_passing({"unreachable", ""}));
  CHECK(is_passing({"starting", ""}));
  CHECK_FALSE(is_passing({"password", ""}));
  CHECK_FALSE(is_passing({"no_database", ""}));
  CHECK(keeps_connection({"disk_full", ""}));
  CHECK_FALSE(keeps_connection({"read_only", ""}));
}

}  // namespace
}  // namespace junctor::storage::postgres
