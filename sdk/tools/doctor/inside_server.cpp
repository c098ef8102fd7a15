// SPDX-License-Identifier: Apache-2.0
// Asking the server on its control socket, and the kernel about its process.
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>

#include "config/values.hpp"
#include "tools/doctor/inside_steps.hpp"
#include "tools/junctorctl/control_client.hpp"

namespace junctor::tools::doctor {
namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Object;

void each(const Var& answer, const char* rows, const std::function<void(const Object&)>& fn) {
  const auto all = answer.extract<Object::Ptr>()->getArray(rows);
  if (all.isNull()) return;
  for (const Var& row : *all) fn(*row.extract<Object::Ptr>());
}

std::string text(const Object& row, const char* key) { return row.optValue<std::string>(key, ""); }

uint16_t port_of(const std::string& address) {
  return static_cast<uint16_t>(std::strtoul(address.substr(address.rfind(':') + 1).c_str(), nullptr, 10));
}

void take_status(const Var& answer, Told& told) {
  const Object& status = *answer.extract<Object::Ptr>();
  ServerSeen& server = told.server;
  server.version = text(status, "version");
  server.state = text(status, "state");
  server.pid = status.getValue<int64_t>("pid");
  server.uptime_s = status.getValue<int64_t>("uptime_s");
  const auto unwritten = status.optValue<int64_t>("log_write_failures", 0);
  if (unwritten > 0) server.refused.push_back({"log", unwritten});
  each(answer, "listening", [&](const Object& row) {
    const std::string address = text(row, "address");
    const auto doubts = row.getArray("tls_doubts");
    told.listeners.push_back({text(row, "instance"), text(row, "protocol"), address, port_of(address),
                              text(row, "tls_expires"),
                              doubts && !doubts->empty() ? doubts->getElement<std::string>(0) : std::string{}});
  });
  each(answer, "metrics", [&](const Object& row) {
    const std::string label = text(row, "label");
    const std::string metric = text(row, "metric");
    const auto value = row.getValue<int64_t>("value");
    const std::string word = label.substr(label.find('=') + 1);
    if (metric == "warning" && value == 1) server.warnings.push_back(word);
    const bool refused = metric == "storage_failures" || metric == "failures";
    if (!refused || value == 0 || word == "constraint") return;
    server.refused.push_back({text(row, "instance") + (word.empty() ? "" : " " + word), value});
  });
  each(answer, "warnings", [&](const Object& row) {
    server.standing.push_back({text(row, "reason"), text(row, "detail"), text(row, "hint")});
  });
}

void take_plugins(const Var& answer, Told& told) {
  each(answer, "rows", [&](const Object& row) {
    told.instances.push_back(
        {text(row, "instance"), text(row, "plugin"), text(row, "version"), text(row, "state"), text(row, "reason")});
  });
}

void take_config(const Var& answer, Told& told) {
  std::string database;
  std::string sqlite;
  for (const InstanceSeen& one : told.instances) {
    if (one.plugin == "storage_sqlite") sqlite = one.name;
  }
  each(answer, "rows", [&](const Object& row) {
    const std::string instance = text(row, "instance");
    const std::string key = text(row, "key");
    const std::string value = text(row, "value");
    if (instance == "kernel" && key == "data_dir") told.data_dir = value;
    if (instance == "kernel" && key == "base_port") told.server.base_port = port_of(value);
    if (!sqlite.empty() && instance == sqlite && key == "path") database = value;
    told.socket_buffer = std::max(told.socket_buffer, socket_buffer_of(value));
  });
  if (!database.empty()) told.database = (std::filesystem::path{told.data_dir} / database).string();
}

void take_keys(ControlClient& client, Told& told) {
  try {
    const Var answer = client.ask("keys", {"show"});
    const Object& keys = *answer.extract<Object::Ptr>();
    told.secret_file = text(keys, "secret_file");
    told.public_file = text(keys, "public_file");
    told.key_checked = keys.optValue<bool>("licence_key_checked", true);
  } catch (const ControlError&) {
    return;  // a host without a provider of keys
  }
}

/// Its own and the supplementary ones, from the lines of /proc/PID/status.
std::vector<int64_t> groups_of(const std::string& proc) {
  std::vector<int64_t> groups;
  std::ifstream status{proc + "/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("Gid:", 0) != 0 && line.rfind("Groups:", 0) != 0) continue;
    std::istringstream numbers{line.substr(line.find(':') + 1)};
    for (int64_t group = 0; numbers >> group;) groups.push_back(group);
  }
  return groups;
}

/// The soft limit, from the line of /proc/PID/limits.
int64_t max_fds_of(const std::string& proc) {
  constexpr std::string_view kName = "Max open files";
  std::ifstream limits{proc + "/limits"};
  for (std::string line; std::getline(limits, line);) {
    if (line.rfind(kName, 0) != 0) continue;
    int64_t soft = -1;
    std::istringstream{line.substr(kName.size())} >> soft;
    return soft;
  }
  return -1;
}

void look_at_process(ServerSeen& server) {
  const std::string proc = "/proc/" + std::to_string(server.pid);
  struct stat about {};
  if (::stat(proc.c_str(), &about) == 0) server.uid = about.st_uid;
  server.groups = groups_of(proc);
  server.max_fds = max_fds_of(proc);
  std::error_code error;
  const std::filesystem::directory_iterator fds{proc + "/fd", error};
  if (!error) server.open_fds = std::distance(begin(fds), end(fds));
}

}  // namespace

Told ask_server(const std::string& socket) {
  Told told;
  try {
    ControlClient client{socket};
    take_status(client.ask("status", {}), told);
    take_plugins(client.ask("plugins", {}), told);
    take_config(client.ask("config", {}), told);
    take_keys(client, told);
    look_at_process(told.server);
  } catch (const Poco::Exception& error) {
    told.server.error = error.displayText();
  } catch (const std::exception& error) {
    told.server.error = error.what();
  }
  return told;
}

int64_t socket_buffer_of(const std::string& value) {
  constexpr std::string_view kName = "socket_buffer = \"";
  int64_t most = 0;
  for (size_t at = value.find(kName); at != std::string::npos; at = value.find(kName, at)) {
    at += kName.size();
    std::string why;
    most = std::max(most, config::parse_size(value.substr(at, value.find('"', at) - at), &why).value_or(0));
  }
  return most;
}

}  // namespace junctor::tools::doctor
