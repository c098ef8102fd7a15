// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/inside.hpp"

#include <filesystem>
#include <utility>

#include "tools/doctor/diagnosis_inside.hpp"
#include "tools/doctor/inside_steps.hpp"
#include "tools/doctor/words.hpp"
#include "watch/host/facts.hpp"

namespace junctor::tools::doctor {
namespace {

/// The files where there is no server to say which.
void assume(const std::string& data_dir, Told& told) {
  const std::filesystem::path dir{data_dir};
  told.data_dir = data_dir;
  told.database = (dir / "db_v2.sqlite3").string();
  told.secret_file = (dir / "id_ed25519").string();
  told.public_file = (dir / "id_ed25519.pub").string();
}

KeyFilesSeen look_at_keys(const Told& told) {
  KeyFilesSeen seen;
  seen.from_files = !told.secret_file.empty();
  seen.secret = look_at_path(told.secret_file);
  seen.open = look_at_path(told.public_file);
  seen.checked = told.key_checked;
  return seen;
}

}  // namespace

Report examine_inside(const Inside& inside, const std::function<void(const Check&)>& on_check) {
  Report report;
  const auto add = [&](Check check) {
    on_check(check);
    report.checks.push_back(std::move(check));
  };
  std::vector<std::string> arguments{"--check"};
  if (!inside.config.empty()) arguments.insert(arguments.end(), {"--config", inside.config});
  add(diagnose_configuration(run_program(inside.junctord, arguments)));

  Told told = ask_server(inside.socket);
  const bool runs = told.server.error.empty();
  if (!runs) assume(std::filesystem::path{inside.socket}.parent_path().string(), told);
  report.server = told.data_dir;
  const auto of_server = [&](const char* name, auto&& judged) { add(runs ? judged() : skipped(name, "needs server")); };
  add(diagnose_server(told.server));
  add(diagnose_versions(inside.version, run_program(inside.junctord, {"--version"}), told.server, told.instances));
  of_server(name::kPlugins, [&] { return diagnose_plugins(told.instances); });
  of_server(name::kListeners, [&] { return diagnose_listeners(told.server, told.instances, told.listeners); });
  of_server(name::kWarnings, [&] { return diagnose_warnings(told.server); });
  of_server(name::kWrites, [&] { return diagnose_writes(told.server); });
  of_server(name::kUser, [&] { return diagnose_user(told.server); });
  of_server(name::kDescriptors, [&] { return diagnose_descriptors(told.server); });
  const ClockSeen clock = look_at_clock();
  of_server(name::kCertificates, [&] { return diagnose_certificates(told.listeners, clock.now); });
  of_server(name::kUdpBuffers, [&] { return diagnose_udp_buffers(look_at_udp(told)); });

  const host::Facts facts = host::look(told.data_dir);
  add(diagnose_data_directory(look_at_path(told.data_dir), told.server));
  add(diagnose_disk(told.data_dir, facts.disk_free));
  add(diagnose_key_files(look_at_keys(told), told.server));
  add(diagnose_database(told.database.empty() ? DatabaseSeen{} : check_database(told.database, runs)));
  add(diagnose_clock(clock));
  add(diagnose_ipv6(facts.has_ipv6));
  add(diagnose_conntrack(facts.tracked, facts.most_tracked));
  return report;
}

}  // namespace junctor::tools::doctor
