// SPDX-License-Identifier: Apache-2.0
// A whole configuration, checked and complete. Immutable once built, shared by `shared_ptr<const Snapshot>` with any
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/fault.hpp"
#include "config/schema.hpp"
#include "config/values.hpp"

namespace junctor::config {

constexpr int64_t kDay = 86'400'000'000'000;  ///< nanoseconds

/// A listening socket as an operator describes it; every plugin's `listener` option has this shape.
struct Listener {
  Address address;
  std::string tls_certificate;  ///< PEM path. Both or none.
  std::string tls_key;
  bool tls_acme = false;                           ///< shows what a plugin has had issued, instead of files
  std::vector<std::string> tls_more_certificates;  ///< of other names; as many as keys
  std::vector<std::string> tls_more_keys;
  std::string tls_client_ca;  ///< PEM path; empty: clients show no certificate
  std::string tls_min_version = "1.2";
  int64_t tls_expiry_warning = 14 * kDay;            ///< nanoseconds before the certificate's end
  int64_t tls_ticket_lifetime = 43'200'000'000'000;  ///< nanoseconds
  bool proxy_protocol = false;                       ///< believed from `trusted_proxies` alone
  std::vector<Network> trusted_proxies;
  int64_t handshake_timeout = 10'000'000'000;  ///< nanoseconds, PROXY header and TLS handshake together
  int64_t max_handshakes = 1000;               ///< of these at once
  // In these, 0 means: no bound or value of its own, the kernel's or the plugin's holds.
  int64_t max_connections = 0;
  int64_t max_per_source = 0;
  int64_t accept_rate = 0;   ///< new connections a second from one source
  int64_t idle_timeout = 0;  ///< nanoseconds
  int64_t backlog = 0;
  int64_t receive_buffer = 0;  ///< bytes of a stream that may wait unconsumed
  int64_t send_queue = 0;      ///< bytes of a stream that may wait to be sent
  int64_t socket_buffer = 0;   ///< bytes, SO_RCVBUF and SO_SNDBUF of datagram sockets
  bool operator==(const Listener&) const = default;

  bool speaks_tls() const { return tls_acme || !tls_certificate.empty(); }
};

struct Value;
struct Setting;

/// One table of a `records` option: every declared field is there, in order of declaration.
struct Record {
  std::vector<Setting> fields;
  const Setting* find(std::string_view name) const;
  bool operator==(const Record& other) const;
};

/// int64_t holds integers, durations (nanoseconds), sizes (bytes) and rates (bits a second); std::string holds strings,
/// choices and paths; vector<Value> holds lists, those of records included.
struct Value {
  std::variant<bool, int64_t, std::string, Address, Network, Listener, std::vector<Value>, Record> data;

  template <typename T>
  const T* get() const {
    return std::get_if<T>(&data);
  }
  bool operator==(const Value& other) const;
};

/// One option with its value. `present` is false where neither the operator nor the plugin gave one: `value` is then
/// the empty value of its type.
struct Setting {
  std::string name;
  Value value;
  bool present = false;
  Origin origin;
};

/// `relay = "relay-eu"`: which instances provide a service to this one.
struct Binding {
  std::string service;
  std::vector<std::string> instances;
  Origin origin;
};

/// One top-level table. A disabled instance has no schema, settings or bindings: its plugin was never asked.
struct Instance {
  std::string name;
  std::string plugin;
  bool enabled = true;
  Origin origin;                         ///< of the table's first header
  std::shared_ptr<const Schema> schema;  ///< a copy: outlives the plugin's own tables
  std::vector<Setting> settings;         ///< every declared option, in order of declaration
  std::vector<Binding> bindings;

  const Setting* find(std::string_view option) const;
  /// Of what a text speaks that begins with an option's name, as `issuers[1]: ...` or `relay[0].key: ...`: the most
  /// exact place that is known, else the table's.
  const Origin& place_of(std::string_view text) const;
  const Binding* binding(std::string_view service) const;
};

/// `[kernel]`. Durations in nanoseconds.
struct KernelConfig {
  uint16_t base_port = 21116;  ///< protocol.md's P
  int64_t workers = 0;         ///< event loops; 0 is one per core
  std::string plugin_dir;      ///< empty: beside the program
  std::string data_dir;        ///< empty: beside the program
  bool share_data_dir = false;
  std::string user;        ///< to become after binding; empty: stay
  std::string log_level;   ///< error warning info debug
  std::string log_format;  ///< kv json
  std::string log_file;    ///< empty: standard error
  int64_t log_rotate = 0;  ///< bytes; 0: never
  int64_t log_keep = 0;    ///< rotated files
  int64_t log_budget = 0;  ///< bytes an hour; 0: no bound
  int64_t log_rate = 0;    ///< lines a second of one plugin
  std::string control_socket;
  int64_t drain_timeout = 0;
  int64_t stop_timeout = 0;
  int64_t loop_stall = 0;
  int64_t offload_threads = 0;
  int64_t offload_queue = 0;
  int64_t max_connections = 0;   ///< 0: as many as descriptors allow
  int64_t gather_datagrams = 0;  ///< ns; 0: never
  int64_t trim_interval = 0;     ///< ns; 0: never
  int64_t warn_interval = 0;     ///< ns
  int64_t warn_disk_free = 0;    ///< bytes; 0: never
  int64_t warn_clock_jump = 0;   ///< ns; 0: never
  int64_t warn_descriptors = 0;  ///< 0: never
  int64_t warn_conntrack = 0;    ///< per cent; 0: never
  bool operator==(const KernelConfig&) const = default;
};

struct Snapshot {
  Snapshot() = default;
  Snapshot(const Snapshot&) = default;
  Snapshot(Snapshot&&) = default;
  Snapshot& operator=(const Snapshot&) = default;
  Snapshot& operator=(Snapshot&&) = default;
  /// Secrets do not stay in memory that is given back.
  ~Snapshot();

  KernelConfig kernel;
  Instance kernel_table;            ///< the same as settings with origins; plugin "kernel"
  std::vector<Instance> instances;  ///< in file order

  const Instance* find(std::string_view name) const;
};

/// `path` where a relative one belongs: under the data directory.
std::string under_data_dir(const KernelConfig& kernel, const std::string& path);

/// `value` as an operator would write it, strings without quotes; lists and records as TOML; a secret as `***`.
std::string print_value(const Option& option, const Value& value);

}  // namespace junctor::config
