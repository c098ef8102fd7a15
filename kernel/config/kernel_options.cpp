// SPDX-License-Identifier: Apache-2.0
// [kernel] as data: each option with its default, bounds and help. Pure functions, any thread.
#include "config/kernel_options.hpp"

#include <string_view>

#include "config/option_table.hpp"

namespace junctor::config {
namespace {

constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kHour = 3'600'000 * kMillisecond;

// P-2 to P+3 must all be ports (protocol.md).
Option base_port() {
  return bounded(option("base_port", Type::kInt, "the site's P: the ports of shipped plugins are P-2 to P+3"), "21116",
                 3, 65532);
}

std::vector<Option> place_options() {
  return {
      base_port(),
      with_default(option("plugin_dir", Type::kPath, "where the plugins' .so files lie; empty: beside the program"),
                   ""),
      with_default(option("data_dir", Type::kPath, "all that is written lies here; empty: beside the program"), ""),
      with_default(option("trust_data_dir", Type::kBool,
                          "take a data_dir that every account on the host may write in, as some container platforms "
                          "mount it; else it is refused"),
                   "false"),
      with_default(option("share_data_dir", Type::kBool,
                          "another server uses data_dir too, with a control_socket of its own, as a stock ID server "
                          "and relay do; else a second one is refused"),
                   "false"),
      with_default(option("user", Type::kString, "the user to become when started as root; empty: stay"), ""),
      for_writing(with_default(option("control_socket", Type::kPath, "the Unix socket that junctorctl talks to"),
                               "junctord.sock")),
  };
}

std::vector<Option> log_options() {
  return {
      live(one_choice(option("log_level", Type::kChoice, "the least important lines that are written"),
                      {"error", "warning", "info", "debug"}, "info")),
      one_choice(option("log_format", Type::kChoice, "key=value or JSON, one line an event"), {"kv", "json"}, "kv"),
      for_writing(with_default(option("log_file", Type::kPath, "empty: standard error"), "")),
      bounded(option("log_rotate", Type::kSize, "begins a new log_file at this size; 0: never, logrotate does it"), "0",
              0, int64_t{1} << 40),
      bounded(option("log_keep", Type::kInt, "how many rotated files stay"), "5", 1, 1000),
      live(
          bounded(option("log_budget", Type::kSize,
                         "the most that is logged in an hour; beyond it lines are counted and summed up once a minute, "
                         "the least important first; 0: no bound"),
                  "64MiB", 0, int64_t{1} << 40)),
      live(bounded(option("log_rate", Type::kInt, "lines a second of one plugin; more are counted and summed up"),
                   "1000", 1, 1'000'000)),
  };
}

std::vector<Option> work_options() {
  return {
      bounded(option("workers", Type::kInt, "event loops, each on its own thread; 0: one per core"), "0", 0, 1024),
      bounded(option("offload_threads", Type::kInt, "threads for what may block, shared by all plugins"), "4", 1, 256),
      bounded(option("offload_queue", Type::kInt, "blocking tasks that may wait; more are refused"), "10000", 1,
              10'000'000),
      live(bounded(option("loop_stall", Type::kDuration, "a callback that holds its loop longer is logged"), "1s",
                   10 * kMillisecond, kHour)),
      live(bounded(
          option("max_connections", Type::kInt, "open connections of the whole server; 0: what descriptors allow"), "0",
          0, 100'000'000)),
      live(bounded(option("gather_datagrams", Type::kDuration,
                          "how long a datagram may wait for others where they come in many small pieces; 0: never"),
                   "500us", 0, 10 * kMillisecond)),
      live(bounded(option("trim_interval", Type::kDuration,
                          "how often the memory of connections that have ended goes back to the system; 0: never"),
                   "30s", 0, 24 * kHour)),
      live(bounded(option("drain_timeout", Type::kDuration, "how long SIGTERM and restarts wait for running sessions"),
                   "30s", 0, 24 * kHour)),
      live(bounded(option("stop_timeout", Type::kDuration,
                          "how long whoever stops waits for a plugin's callback or blocking work that does not end"),
                   "5s", 10 * kMillisecond, kHour)),
  };
}

std::vector<Option> warning_options() {
  return {
      live(bounded(option("warn_interval", Type::kDuration, "how often disk, clock and the like are looked at"), "1m",
                   100 * kMillisecond, 24 * kHour)),
      live(bounded(option("warn_disk_free", Type::kSize,
                          "less than this free on the data directory's disk is warned of; 0: never"),
                   "256MiB", 0, int64_t{1} << 50)),
      live(bounded(
          option("warn_clock_jump", Type::kDuration, "a clock that is set by more than this is warned of; 0: never"),
          "1m", 0, 24 * kHour)),
      live(bounded(
          option("warn_descriptors", Type::kInt, "fewer descriptors than this (LimitNOFILE) are warned of; 0: never"),
          "4096", 0, 100'000'000)),
      live(bounded(option("warn_conntrack", Type::kInt,
                          "a firewall whose table of connections is filled by so many per cent is warned of; 0: never"),
                   "80", 0, 100)),
  };
}

Schema make_schema() {
  Schema schema;
  schema.name = "kernel";
  schema.summary = "what concerns the whole server";
  for (auto group : {place_options(), log_options(), work_options(), warning_options()}) {
    schema.options.insert(schema.options.end(), group.begin(), group.end());
  }
  return schema;
}

int64_t number(const Instance& table, std::string_view name) { return *table.find(name)->value.get<int64_t>(); }
std::string text(const Instance& table, std::string_view name) { return *table.find(name)->value.get<std::string>(); }

}  // namespace

const Schema& kernel_schema() {
  static const Schema kSchema = make_schema();
  return kSchema;
}

KernelConfig kernel_config(const Instance& table) {
  KernelConfig kernel;
  // A faulty base_port leaves an empty value: the default then lets the other faults be found.
  if (table.find("base_port")->present) kernel.base_port = static_cast<uint16_t>(number(table, "base_port"));
  kernel.workers = number(table, "workers");
  kernel.plugin_dir = text(table, "plugin_dir");
  kernel.data_dir = text(table, "data_dir");
  kernel.share_data_dir = *table.find("share_data_dir")->value.get<bool>();
  kernel.user = text(table, "user");
  kernel.log_level = text(table, "log_level");
  kernel.log_format = text(table, "log_format");
  kernel.log_file = text(table, "log_file");
  kernel.log_rotate = number(table, "log_rotate");
  kernel.log_keep = number(table, "log_keep");
  kernel.log_budget = number(table, "log_budget");
  kernel.log_rate = number(table, "log_rate");
  kernel.control_socket = text(table, "control_socket");
  kernel.drain_timeout = number(table, "drain_timeout");
  kernel.stop_timeout = number(table, "stop_timeout");
  kernel.loop_stall = number(table, "loop_stall");
  kernel.offload_threads = number(table, "offload_threads");
  kernel.offload_queue = number(table, "offload_queue");
  kernel.max_connections = number(table, "max_connections");
  kernel.gather_datagrams = number(table, "gather_datagrams");
  kernel.trim_interval = number(table, "trim_interval");
  kernel.warn_interval = number(table, "warn_interval");
  kernel.warn_disk_free = number(table, "warn_disk_free");
  kernel.warn_clock_jump = number(table, "warn_clock_jump");
  kernel.warn_descriptors = number(table, "warn_descriptors");
  kernel.warn_conntrack = number(table, "warn_conntrack");
  return kernel;
}

}  // namespace junctor::config
