// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cerrno>

#include "tools/doctor/diagnosis_inside.hpp"
#include "tools/doctor/inside_steps.hpp"

using namespace junctor::tools::doctor;

namespace {

constexpr int64_t kDay = 86'400;
constexpr int64_t kToday = 20'000 * kDay;  // 2024-10-04

bool says(const Check& check, const std::string& words) {
  return (check.detail + " " + check.hint).find(words) != std::string::npos;
}
/// What is wrong comes with what to do.
void check_is(const Check& check, Result result) {
  CAPTURE(check.detail);
  CHECK(check.result == result);
  CHECK(check.hint.empty() == (result == Result::kOk || result == Result::kSkipped));
}

ServerSeen healthy() {
  ServerSeen server;
  server.version = "1.0.0";
  server.state = "running";
  server.pid = 7;
  server.uid = 100;
  server.open_fds = 30;
  server.max_fds = 65536;
  server.base_port = 21116;
  return server;
}
ServerSeen by(int64_t uid) {
  ServerSeen server = healthy();
  server.uid = uid;
  return server;
}
std::vector<InstanceSeen> plugins() {
  return {{"rendezvous", "rendezvous", "1.0.0", "running", ""}, {"relay", "relay", "1.0.0", "running", ""}};
}
std::vector<ListenerSeen> listeners() {
  return {{"rendezvous", "udp", "0.0.0.0:21116", 21116, ""},
          {"rendezvous", "tcp", "0.0.0.0:21116", 21116, ""},
          {"rendezvous", "tcp", "0.0.0.0:21115", 21115, ""},
          {"relay", "tcp", "0.0.0.0:21117", 21117, ""}};
}

}  // namespace

TEST_CASE("a configuration that would not start again is a failure with the server's own words") {
  check_is(diagnose_configuration({true, 0, "configuration ok: 6 instances\n"}), Result::kOk);
  const Check bad = diagnose_configuration({true, 1, "conf.d/40-relay.toml:7:1: unknown option\n"});
  check_is(bad, Result::kFailed);
  CHECK(says(bad, "40-relay.toml:7:1"));
  check_is(diagnose_configuration({}), Result::kSkipped);
}

TEST_CASE("a server that does not answer is a failure, one that drains a warning") {
  check_is(diagnose_server(healthy()), Result::kOk);
  ServerSeen server = healthy();
  server.state = "draining";
  check_is(diagnose_server(server), Result::kWarning);
  server.error = "no server answers";
  check_is(diagnose_server(server), Result::kFailed);
}

TEST_CASE("programs of different versions are told apart") {
  const ProgramSeen installed{true, 0, "junctord 1.0.0\n"};
  check_is(diagnose_versions("1.0.0", installed, healthy(), plugins()), Result::kOk);
  ServerSeen old = healthy();
  old.version = "0.9.0";
  const Check skew = diagnose_versions("1.0.0", installed, old, plugins());
  check_is(skew, Result::kWarning);
  CHECK(says(skew, "the running server is 0.9.0"));
  CHECK(says(diagnose_versions("1.1.0", installed, healthy(), {}), "junctord as installed is 1.0.0"));
}

TEST_CASE("an instance that does not run is a failure with its reason") {
  check_is(diagnose_plugins(plugins()), Result::kOk);
  auto all = plugins();
  all[1].state = "failed";
  all[1].reason = "port in use";
  const Check failed = diagnose_plugins(all);
  check_is(failed, Result::kFailed);
  CHECK(says(failed, "relay is failed (port in use)"));
}

TEST_CASE("each port that clients look for is named when nothing listens there, and only of plugins that run") {
  check_is(diagnose_listeners(healthy(), plugins(), listeners()), Result::kOk);
  auto some = listeners();
  some.erase(some.begin() + 2);
  const Check missing = diagnose_listeners(healthy(), plugins(), some);
  check_is(missing, Result::kWarning);
  CHECK(says(missing, "TCP 21115 (NAT test and online query)"));
  const Check alone = diagnose_listeners(healthy(), {plugins()[1]}, {listeners()[3]});
  check_is(alone, Result::kOk);
  CHECK(says(alone, "no rendezvous runs here"));
}

TEST_CASE("what the server warns of now is passed on") {
  check_is(diagnose_warnings(healthy()), Result::kOk);
  ServerSeen server = healthy();
  server.warnings = {"disk_low", "one_gateway"};
  const Check warned = diagnose_warnings(server);
  check_is(warned, Result::kWarning);
  CHECK(says(warned, "disk_low; one_gateway"));
}

TEST_CASE("root is a warning") {
  ServerSeen server = healthy();
  check_is(diagnose_user(server), Result::kOk);
  server.uid = 0;
  check_is(diagnose_user(server), Result::kWarning);
  server.uid = -1;
  check_is(diagnose_user(server), Result::kSkipped);
}

TEST_CASE("few descriptors are a warning, hardly any left a failure") {
  ServerSeen server = healthy();
  check_is(diagnose_descriptors(server), Result::kOk);
  server.max_fds = 1024;
  check_is(diagnose_descriptors(server), Result::kWarning);
  server.open_fds = 922;
  check_is(diagnose_descriptors(server), Result::kFailed);
  server.max_fds = -1;
  check_is(diagnose_descriptors(server), Result::kSkipped);
}

TEST_CASE("the certificate that ends first counts") {
  auto with = [](const std::string& a, const std::string& b) {
    auto all = listeners();
    all[1].tls_expires = a;
    all[3].tls_expires = b;
    return diagnose_certificates(all, kToday);
  };
  check_is(diagnose_certificates(listeners(), kToday), Result::kSkipped);
  check_is(with("2024-12-01", "2024-11-01"), Result::kOk);
  CHECK(says(with("2024-12-01", "2024-11-01"), "relay 0.0.0.0:21117 until 2024-11-01"));
  check_is(with("2024-12-01", "2024-10-10"), Result::kWarning);
  check_is(with("2024-10-03", ""), Result::kFailed);
}

TEST_CASE("a chain that clients may refuse is a warning, whatever its days") {
  auto all = listeners();
  all[1].tls_expires = "2024-12-01";
  all[1].tls_doubt = "fullchain.pem: the certificate of the issuer, CA, is missing";
  check_is(diagnose_certificates(all, kToday), Result::kWarning);
  CHECK(says(diagnose_certificates(all, kToday), "of the issuer, CA, is missing"));
  all[1].tls_expires = "2024-10-03";
  check_is(diagnose_certificates(all, kToday), Result::kFailed);
}

TEST_CASE("a secret that others may read is a failure, and so is one that is not there or not the server's") {
  KeyFilesSeen keys{{"/d/id_ed25519", 0, 0600, 100}, {"/d/id_ed25519.pub", 0, 0644, 100}, true, true};
  check_is(diagnose_key_files(keys, by(100)), Result::kOk);
  check_is(diagnose_key_files(keys, by(-1)), Result::kOk);
  check_is(diagnose_key_files(keys, by(101)), Result::kFailed);
  keys.checked = false;
  check_is(diagnose_key_files(keys, by(100)), Result::kWarning);
  keys.secret.mode = 0640;
  CHECK(says(diagnose_key_files(keys, by(100)), "chmod 600 /d/id_ed25519"));
  check_is(diagnose_key_files(keys, by(100)), Result::kFailed);
  keys.open.error = ENOENT;
  CHECK(says(diagnose_key_files(keys, by(100)), "/d/id_ed25519.pub: No such file"));
  keys.from_files = false;
  check_is(diagnose_key_files(keys, by(100)), Result::kOk);
}

TEST_CASE("a data directory is the server's own, and nobody else writes there") {
  const auto judged = [](uint32_t mode, int64_t uid) {
    return diagnose_data_directory({"/d", 0, mode, 100, 100}, by(uid));
  };
  check_is(judged(0750, 100), Result::kOk);
  check_is(judged(0755, 100), Result::kWarning);
  check_is(judged(0770, 100), Result::kFailed);
  check_is(judged(0750, 101), Result::kFailed);
  check_is(judged(0750, 0), Result::kOk);
  check_is(diagnose_data_directory({"/d", ENOENT, 0, 0, 0}, by(-1)), Result::kFailed);
}

TEST_CASE("a disk that is nearly full is a warning, a full one a failure, and one that does not tell neither") {
  check_is(diagnose_disk("/d", int64_t{1} << 40), Result::kOk);
  check_is(diagnose_disk("/d", 100 << 20), Result::kWarning);
  check_is(diagnose_disk("/d", 0), Result::kFailed);
  check_is(diagnose_disk("/d", -1), Result::kSkipped);
}

TEST_CASE("a damaged database is a failure with SQLite's words") {
  check_is(diagnose_database({"/d/db", "ok", "", 1 << 20}), Result::kOk);
  const Check damaged = diagnose_database({"/d/db", "row 3 missing from index", "", 0});
  check_is(damaged, Result::kFailed);
  CHECK(says(damaged, "row 3 missing"));
  check_is(diagnose_database({"/d/db", "", "no server runs", 0}), Result::kSkipped);
  check_is(diagnose_database({}), Result::kSkipped);
}

TEST_CASE("a clock before the day of the build is wrong") {
  check_is(diagnose_clock({kToday, kToday - 5 * kDay, true}), Result::kOk);
  check_is(diagnose_clock({kToday, kToday + kDay, true}), Result::kOk);
  const Check wrong = diagnose_clock({kToday, kToday + 2 * kDay, false});
  check_is(wrong, Result::kFailed);
  CHECK(says(wrong, "2024-10-04 00:00:00 UTC"));
}

TEST_CASE("no IPv6 is a warning") {
  check_is(diagnose_ipv6(true), Result::kOk);
  check_is(diagnose_ipv6(false), Result::kWarning);
}

TEST_CASE("a buffer that the system does not give names the sysctl, and lost datagrams are told") {
  check_is(diagnose_udp_buffers({212'992, 0, 0}), Result::kOk);
  const Check small = diagnose_udp_buffers({212'992, 8'388'608, 0});
  check_is(small, Result::kWarning);
  CHECK(says(small, "sysctl -w net.core.rmem_max=8388608"));
  check_is(diagnose_udp_buffers({212'992, 0, 5}), Result::kWarning);
  check_is(diagnose_udp_buffers({212'992, 0, -1}), Result::kSkipped);
}

TEST_CASE("the buffer that a listener asks for is read from the configuration as it is shown") {
  CHECK(socket_buffer_of(":21116") == 0);
  CHECK(socket_buffer_of(R"({ address = ":21116", socket_buffer = "4MiB" })") == 4 << 20);
  CHECK(socket_buffer_of(R"([{ socket_buffer = "1KiB" }, { socket_buffer = "64KiB", x = 1 }])") == 64 << 10);
}

TEST_CASE("dropped datagrams are those of the server's ports") {
  const std::string table =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer "
      "drops\n"
      "  1: 00000000:527C 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1 2 0 17\n"
      "  2: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1 2 0 100\n"
      "  3: 00000000000000000000000000000000:527C 0:0000 07 0:0 00:00000000 00000000 0 0 1 2 0 4\n";
  CHECK(drops_in(table, {21116}) == 21);
  CHECK(drops_in(table, {1}) == 0);
}

TEST_CASE("what belongs to root and to a group of the server is the server's, as a platform mounts it") {
  ServerSeen server = by(1000);
  server.groups = {1000, 2000};
  const auto directory = [&](uint32_t mode, int64_t group) {
    return diagnose_data_directory({"/d", 0, mode, 0, group}, server);
  };
  check_is(directory(02770, 2000), Result::kOk);
  check_is(directory(0750, 2000), Result::kFailed);  // the group may not write
  check_is(directory(0770, 3000), Result::kFailed);
  check_is(directory(0777, 2000), Result::kFailed);
  KeyFilesSeen keys;
  keys.secret = {"/d/id_ed25519", 0, 0660, 0, 2000};
  keys.checked = true;
  check_is(diagnose_key_files(keys, server), Result::kOk);
  keys.secret.mode = 0664;
  check_is(diagnose_key_files(keys, server), Result::kFailed);
  keys.secret = {"/d/id_ed25519", 0, 0660, 1000, 2000};  // its own: the group's members are others
  check_is(diagnose_key_files(keys, server), Result::kFailed);
}

TEST_CASE("writes that were refused since the start are told with their number and reason") {
  ServerSeen server = healthy();
  check_is(diagnose_writes(server), Result::kOk);
  server.refused = {{"storage_sqlite disk_full", 12}, {"log", 3}};
  const Check check = diagnose_writes(server);
  check_is(check, Result::kWarning);
  CHECK(says(check, "12 of storage_sqlite disk_full, 3 of log"));
}

TEST_CASE("a firewall's table near its end is a warning, and then a failure") {
  check_is(diagnose_conntrack(-1, -1), Result::kOk);
  check_is(diagnose_conntrack(10, 1000), Result::kOk);
  check_is(diagnose_conntrack(800, 1000), Result::kWarning);
  check_is(diagnose_conntrack(960, 1000), Result::kFailed);
}

TEST_CASE("a warning that stands is told with its words and its mend") {
  ServerSeen server = healthy();
  server.standing = {{"reload_refused", "conf.d/40-relay.toml:7: unknown option", "mend it and reload"}};
  server.warnings = {"reload_refused", "no_ipv6"};
  const Check check = diagnose_warnings(server);
  check_is(check, Result::kWarning);
  CHECK(says(check, "reload_refused: conf.d/40-relay.toml:7: unknown option; no_ipv6"));
  CHECK(says(check, "mend it and reload"));
}

TEST_CASE("somebody else's plugin has a version of its own") {
  auto all = plugins();
  all.push_back({"hours", "hours", "0.3.1", "running", ""});
  check_is(diagnose_versions("1.0.0", {true, 0, "junctord 1.0.0\n"}, healthy(), all), Result::kOk);
}
