// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/back.hpp"

#include <doctest/doctest.h>

#include "tools/stock/test_site.hpp"

namespace junctor::stock {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("a site as it is shipped goes back with its key asked for and a stock relay's own limits") {
  const Starts starts = starts_of({});
  CHECK(starts.hbbs.args == Lines{"-k", "_"});
  CHECK(starts.hbbr.args == Lines{"-k", "_"});
  CHECK(starts.hbbs.environment.empty());
  CHECK(starts.hbbr.environment.empty());
  CHECK(has(remarks_of(starts.remarks, Remark::Kind::kNote), "SINGLE_BANDWIDTH raises it"));
}

TEST_CASE("what was moved over goes back as it was") {
  const Starts starts = starts_of({{"kernel.base_port", "21200"},
                                   {"kernel.log_level", "warning"},
                                   {"auth_key.key", ""},
                                   {"holepunch.relay", "a:1,b"},
                                   {"holepunch.always_relay", "true"},
                                   {"holepunch.lan", "192.168.0.0/16"},
                                   {"storage_sqlite.path", "peers.sqlite3"},
                                   {"relay.rate", "16777216"},
                                   {"relay.total_rate", "1073741824"},
                                   {"relay.downgrade_rate", "4194304"},
                                   {"relay.downgrade_after", "60"},
                                   {"relay.downgrade_percent", "5"}});
  CHECK(starts.hbbs.args == Lines{"-p", "21200", "-r", "a:1,b", "--mask", "192.168.0.0/16"});
  CHECK(starts.hbbs.environment == Lines{"ALWAYS_USE_RELAY=Y", "DB_URL=peers.sqlite3", "RUST_LOG=warn"});
  CHECK(starts.hbbr.args == Lines{"-p", "21201"});
  CHECK(starts.hbbr.environment == Lines{"RUST_LOG=warn", "SINGLE_BANDWIDTH=16", "LIMIT_SPEED=4",
                                         "DOWNGRADE_START_CHECK=60", "DOWNGRADE_THRESHOLD=0.05"});
}

TEST_CASE("a key of the configuration goes into the environment, which no list of processes shows") {
  const Starts starts = starts_of({{"auth_key.key", "a key"}});
  CHECK(starts.hbbs.args.empty());
  CHECK(starts.hbbs.environment == Lines{"KEY=a key"});
}

TEST_CASE("what a stock server cannot say is told of") {
  const Starts starts =
      starts_of({{"relay.rate", "10000000"}, {"relay.listen", ":9"}, {"auth_key.key", "?"}, {"holepunch.lan", "a,b"}});
  CHECK(starts.hbbr.environment == Lines{"SINGLE_BANDWIDTH=10"});
  CHECK(has(remarks_of(starts.remarks, Remark::Kind::kNote), "relay.rate: rounded to 10 Mbit/s"));
  CHECK(has(remarks_of(starts.remarks, Remark::Kind::kNotUnderstood), "relay.listen"));
  CHECK(has(remarks_of(starts.remarks, Remark::Kind::kWarning), "put its text into KEY"));
  CHECK(has(remarks_of(starts.remarks, Remark::Kind::kNoEqual), "holepunch.lan"));
}

}  // namespace
}  // namespace junctor::stock
