// SPDX-License-Identifier: Apache-2.0
// The kernel's own words for junctorctl. [control]
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>

#include "api/net_objects.hpp"
#include "config/explain.hpp"
#include "daemon.hpp"
#include "junctor_version.hpp"
#include "ops/quote.hpp"

namespace junctor {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

std::string text_of(const Object& object) {
  std::ostringstream out;
  object.stringify(out);
  return out.str();
}

std::string rows_of(const Array& rows) {
  Object object{Poco::JSON_PRESERVE_KEY_ORDER};
  object.set("rows", rows);
  return text_of(object);
}

std::string error_of(const std::string& text) { return R"({"error":)" + ops::quote_json(text) + "}"; }

/// The words behind the command; a request that is no object was refused before.
std::vector<std::string> words_of(const std::string& request) {
  std::vector<std::string> words;
  const auto object = Poco::JSON::Parser{}.parse(request).extract<Object::Ptr>();
  const Array::Ptr args = object->getArray("args");
  for (size_t i = 0; !args.isNull() && i < args->size(); ++i) words.push_back(args->getElement<std::string>(i));
  return words;
}

int64_t resident_kib() {
  std::ifstream statm{"/proc/self/statm"};
  int64_t total = 0;
  int64_t resident = 0;
  statm >> total >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Sums of what the loops counted.
Object network_totals(const api::Kernel& kernel) {
  Object totals{Poco::JSON_PRESERVE_KEY_ORDER};
  const auto sum = [&](const char* name, net::Counter net::NetCounters::*counter) {
    uint64_t total = 0;
    for (const auto& loop : kernel.net) total += (loop->counters().*counter).get();
    totals.set(name, total);
  };
  using C = net::NetCounters;
  sum("accepted", &C::accepted);
  sum("shed", &C::shed);
  sum("streams_open", &C::streams_open);
  sum("bytes_in", &C::bytes_in);
  sum("bytes_out", &C::bytes_out);
  sum("receive_full", &C::receive_full);
  sum("datagrams_in", &C::datagrams_in);
  sum("datagrams_out", &C::datagrams_out);
  sum("datagrams_truncated", &C::datagrams_truncated);
  sum("datagrams_full", &C::datagrams_full);
  sum("bridges_open", &C::bridges_open);
  sum("bridges_total", &C::bridges_total);
  sum("bridge_bytes", &C::bridge_bytes);
  sum("bridge_spliced", &C::bridge_spliced);
  return totals;
}

/// Adds a word that is answered at once.
template <class Fn>
void add_word(ops::Commands& commands, const char* name, const char* help, Fn fn) {
  commands.add(name, {"", "", help, [fn](const std::string& request, const ops::Answer& answer) {
                        bool ok = true;
                        std::string json;
                        try {
                          json = fn(words_of(request), &ok);
                        } catch (const Poco::Exception& e) {
                          ok = false;
                          json = error_of(e.displayText());
                        }
                        answer(ok, std::move(json));
                      }});
}

}  // namespace

std::string Daemon::reload_json(bool* ok) {
  std::string why;
  *ok = reload(&why);
  if (!*ok) return error_of(why);
  Object answer{Poco::JSON_PRESERVE_KEY_ORDER};
  answer.set("reloaded", true);
  const std::string changed = loader_.changed_plugins();
  if (!changed.empty()) answer.set("old_code", changed + ": changed on disk; restart the server to run what is there");
  return text_of(answer);
}

std::string Daemon::status_json() {
  Object status{Poco::JSON_PRESERVE_KEY_ORDER};
  const auto up = kernel_.loops.control().clock().now() - born_;
  status.set("version", JUNCTOR_VERSION);
  status.set("pid", static_cast<int64_t>(::getpid()));
  status.set("state", draining_ ? "draining" : "running");
  status.set("uptime_s", static_cast<int64_t>(std::chrono::duration_cast<std::chrono::seconds>(up).count()));
  status.set("workers", kernel_.loops.count());
  status.set("memory_kib", resident_kib());
  status.set("cpu_s", cpu_seconds());
  status.set("log_level", std::string{ops::level_name(log_.level())});
  status.set("log_lines_left_out", log_.left_out());
  status.set("log_write_failures", log_.failed());
  Array listening;
  for (const api::Listening& entry : api::listening(kernel_)) {
    Object row{Poco::JSON_PRESERVE_KEY_ORDER};
    row.set("instance", entry.instance);
    row.set("protocol", entry.protocol);
    row.set("address", entry.address);
    row.set("open", entry.open);
    row.set("refused", entry.refused);
    Array reasons;
    for (const std::string& reason : entry.reasons) reasons.add(reason);
    row.set("reasons", reasons);
    row.set("tls_expires", entry.tls);
    Array doubts;
    for (const std::string& doubt : entry.tls_doubts) doubts.add(doubt);
    row.set("tls_doubts", doubts);
    listening.add(row);
  }
  status.set("listening", listening);
  Array warnings;
  for (const ops::StandingWarning& warning : kernel_.standing.all()) {
    Object row{Poco::JSON_PRESERVE_KEY_ORDER};
    row.set("reason", warning.reason);
    row.set("detail", warning.detail);
    row.set("hint", warning.hint);
    warnings.add(row);
  }
  status.set("warnings", warnings);
  status.set("network", network_totals(kernel_));
  Array metrics;
  for (const ops::Metrics::Row& metric : kernel_.metrics.rows()) {
    Object row{Poco::JSON_PRESERVE_KEY_ORDER};
    row.set("instance", metric.key.instance);
    row.set("metric", metric.key.name);
    row.set("label", metric.key.label);
    row.set("value", metric.value);
    metrics.add(row);
  }
  status.set("metrics", metrics);
  return text_of(status);
}

std::string Daemon::plugins_json() {
  Array rows;
  for (const plugin::Status& entry : manager_.status()) {
    std::string uses;  // once each: one may provide several services
    const std::set<std::string> used{entry.uses.begin(), entry.uses.end()};
    for (const std::string& name : used) uses += (uses.empty() ? "" : " ") + name;
    Object row{Poco::JSON_PRESERVE_KEY_ORDER};
    row.set("instance", entry.name);
    row.set("plugin", entry.plugin);
    row.set("version", entry.version);
    row.set("state", std::string{plugin::state_name(entry.state)});
    row.set("uses", uses);
    row.set("reason", entry.reason);
    rows.add(row);
  }
  return rows_of(rows);
}

std::string Daemon::config_json() const {
  Array rows;
  for (const config::Row& entry : config::describe(*manager_.snapshot())) {
    Object row{Poco::JSON_PRESERVE_KEY_ORDER};
    row.set("instance", entry.instance);
    row.set("key", entry.key);
    row.set("value", entry.value);
    row.set("origin", entry.origin);
    rows.add(row);
  }
  return rows_of(rows);
}

void Daemon::add_commands() {
  using Words = std::vector<std::string>;
  ops::Commands& commands = kernel_.commands;
  add_word(commands, "status", "the server, its sockets and its counters",
           [this](const Words&, bool*) { return status_json(); });
  add_word(commands, "plugins", "instances, their states and whom they use",
           [this](const Words&, bool*) { return plugins_json(); });
  add_word(commands, "config", "each effective value and the file:line that it comes from",
           [this](const Words&, bool*) { return config_json(); });
  add_word(commands, "reload", "read the configuration again; a refusal changes nothing",
           [this](const Words&, bool* ok) { return reload_json(ok); });
  add_word(commands, "drain", "refuse new work and stop when nothing is left; twice: stop now",
           [this](const Words&, bool*) {
             kernel_.loops.control().post([this] { begin_drain(); });
             return std::string{R"({"draining":true})"};
           });
  add_word(commands, "log", "show or set the level: error, warning, info, debug", [this](const Words& words, bool* ok) {
    const auto level = words.empty() ? std::optional{log_.level()} : ops::parse_level(words[0]);
    *ok = level.has_value();
    if (!level) return error_of("expected error, warning, info or debug, got \"" + words[0] + "\"");
    log_.set_level(*level);
    return R"({"level":")" + std::string{ops::level_name(*level)} + "\"}";
  });
  add_word(commands, "help", "the words this server knows", [this](const Words&, bool*) {
    Array rows;
    for (const auto& [name, help] : kernel_.commands.list()) {
      Object row{Poco::JSON_PRESERVE_KEY_ORDER};
      row.set("command", name);
      row.set("help", help);
      rows.add(row);
    }
    return rows_of(rows);
  });
}

}  // namespace junctor
