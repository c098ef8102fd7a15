// SPDX-License-Identifier: Apache-2.0
// What lives in memory beside the model: connections, nonces, the origins of pushes.
#include <doctest/doctest.h>

#include "accounts/live/conn_refs.hpp"
#include "accounts/live/live_conns.hpp"
#include "accounts/live/nonces.hpp"

namespace junctor::accounts {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<int64_t>;

TEST_CASE("a connection that three heartbeats do not name is lost, once") {
  LiveConns conns{{}};
  conns.opened("B", 7);
  CHECK(conns.beat("B", {7}).lost.empty());
  CHECK(conns.beat("B", {}).lost.empty());
  CHECK(conns.beat("B", {7}).lost.empty());
  CHECK(conns.beat("B", {}).lost.empty());
  CHECK(conns.beat("B", {}).lost.empty());
  CHECK(conns.beat("B", {}).lost == Ids{7});
  CHECK(conns.beat("B", {}).lost.empty());
  CHECK(conns.open("B").empty());
}

TEST_CASE("what is closed by its record is not lost") {
  LiveConns conns{{}};
  conns.beat("B", {7, 8});
  conns.closed("B", 7);
  for (int i = 0; i < 5; ++i) CHECK(conns.beat("B", {8}).lost.empty());
  CHECK(conns.open("B") == Ids{8});
}

TEST_CASE("a disconnect is told with each heartbeat until the connection is gone") {
  LiveConns conns{{}};
  conns.beat("B", {7, 8, 9});
  CHECK(conns.disconnect("B", {7, 99}) == 1);
  CHECK(conns.beat("B", {7, 8, 9}).disconnect == Ids{7});
  CHECK(conns.beat("B", {7, 8, 9}).disconnect == Ids{7});
  CHECK(conns.beat("B", {8, 9}).disconnect.empty());
  CHECK(conns.beat("B", {7, 8, 9}).disconnect.empty());  // another one with its number
  CHECK(conns.disconnect("B", {}) == 3);
  CHECK(conns.beat("B", {8, 9}).disconnect == Ids{8, 9});
  CHECK(conns.disconnect("C", {}) == 0);
}

TEST_CASE("connections are bounded by devices and for each device") {
  LiveConns conns{{2, 3, 3}};
  conns.beat("A", {1, 2, 3, 4, 5});
  CHECK(conns.open("A").size() == 3);
  conns.opened("B", 1);
  conns.opened("C", 1);
  conns.beat("D", {1});
  CHECK(conns.open("C").empty());
  CHECK(conns.open("D").empty());
}

TEST_CASE("a nonce counts once, until its time is over or its record failed") {
  Nonces nonces{{2, 10min}};
  CHECK(nonces.put("a", 0min));
  CHECK_FALSE(nonces.put("a", 9min));
  nonces.forget("a");
  CHECK(nonces.put("a", 9min));
  CHECK(nonces.put("b", 9min));
  CHECK(nonces.put("c", 9min));  // the oldest give way
  CHECK_FALSE(nonces.put("c", 9min));
  CHECK(nonces.put("c", 20min));
}

TEST_CASE("a ref names its user, for its device and its time alone") {
  ConnRefs refs{{2, 10min}};
  refs.put("R", {"B", 5, "ada", Ground::kOwner, "192.0.2.1"}, 0min);
  CHECK(refs.find("R", "B", 1min)->user_name == "ada");
  CHECK_FALSE(refs.find("R", "C", 1min));
  CHECK_FALSE(refs.find("S", "B", 1min));
  CHECK(refs.find_by_address("B", "192.0.2.1", 1min)->user == 5);
  CHECK_FALSE(refs.find_by_address("B", "192.0.2.2", 1min));
  CHECK_FALSE(refs.find_by_address("C", "192.0.2.1", 1min));
  CHECK_FALSE(refs.find("R", "B", 10min));
  refs.put("1", {"B", 1, "", {}, ""}, 20min);
  refs.put("2", {"B", 2, "", {}, ""}, 20min);
  refs.put("3", {"B", 3, "", {}, ""}, 20min);
  CHECK(refs.size() == 2);
  CHECK_FALSE(refs.find("1", "B", 20min));
}

}  // namespace
}  // namespace junctor::accounts
