// SPDX-License-Identifier: Apache-2.0
// LISTENER options become sockets: what the operator wrote is parsed once for every plugin alike. [control]
#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "api/listen_tls.hpp"
#include "api/net_objects.hpp"
#include "junctor/loop.h"

namespace junctor::api {
namespace {

/// Without a word of the operator one source, and the network around it, leaves a twentieth of the descriptors that the
/// process may open to others: it may be an office or a proxy, so it is not refused while there is room.
constexpr uint32_t kLeftToOthers = 20;
constexpr uint32_t kLeastForSource = 1024;
constexpr uint32_t kSiteShare = 16;  // times what the operator gives to one source

/// What a listener's host names: both families for "", else the literal or all addresses of the name.
std::vector<net::Address> resolve(const config::Address& address) {
  if (address.host.empty() || address.host == "*") {
    net::Address both;
    both.port = address.port;
    return {both};
  }
  if (const auto literal = net::Address::parse_ip(address.host)) return {literal->with_port(address.port)};
  std::vector<net::Address> found;
  try {
    const Poco::Net::HostEntry entry = Poco::Net::DNS::hostByName(address.host);
    for (const auto& ip : entry.addresses()) {
      const auto parsed = net::Address::parse_ip(ip.toString());
      if (parsed) found.push_back(parsed->with_port(address.port));
    }
  } catch (const Poco::Exception& e) {
    throw net::NetError{address.host + ": cannot be resolved: " + e.displayText()};
  }
  if (found.empty()) throw net::NetError{address.host + ": has no address"};
  return found;
}

uint32_t bound32(int64_t value) { return value > UINT32_MAX ? UINT32_MAX : static_cast<uint32_t>(value); }

void bound_sources(const config::Listener& listener, net::LimitOptions& limits) {
  if (listener.max_per_source > 0) {
    limits.max_per_source = bound32(listener.max_per_source);
    limits.max_per_site = bound32(listener.max_per_source * kSiteShare);
    return;
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const auto all = static_cast<int64_t>(std::min<rlim_t>(files.rlim_cur, INT32_MAX));
  limits.max_per_source = std::max(kLeastForSource, bound32(all - all / kLeftToOthers));
  limits.max_per_site = limits.max_per_source;
  limits.refuse_beyond = false;
}

net::EntranceOptions entrance_options(Kernel& all, const config::KernelConfig& kernel,
                                      const config::Listener& listener) {
  net::EntranceOptions options;
  options.timeout = loop::Duration{listener.handshake_timeout};
  options.most = bound32(listener.max_handshakes);
  if (listener.tls_acme) {
    options.tls = all.issued.context(tls_rules(kernel, listener, nullptr));
  } else if (listener.speaks_tls()) {
    options.tls = load_tls(kernel, listener, nullptr);
  }
  if (!listener.proxy_protocol) return options;
  for (const config::Network& network : listener.trusted_proxies) {
    options.trusted_proxies.push_back(*net::Network::parse(config::print_network(network)));
  }
  return options;
}

net::ListenOptions listen_options(Kernel& all, const config::KernelConfig& kernel, const config::Listener& listener) {
  net::ListenOptions options;
  options.entrance = entrance_options(all, kernel, listener);
  options.limits.max_connections = bound32(listener.max_connections);
  bound_sources(listener, options.limits);
  options.limits.new_per_second = bound32(listener.accept_rate);
  if (listener.receive_buffer > 0) options.stream.receive_buffer = bound32(listener.receive_buffer);
  if (listener.send_queue > 0) {
    options.stream.send_high = bound32(listener.send_queue);
    options.stream.send_low = options.stream.send_high / 4;
  }
  if (listener.idle_timeout > 0) options.stream.idle = loop::Duration{listener.idle_timeout};
  if (listener.backlog > 0) options.backlog = static_cast<int>(listener.backlog);
  return options;
}

net::DatagramOptions datagram_options(const config::Listener& listener) {
  net::DatagramOptions options;
  if (listener.socket_buffer > 0) {
    options.socket_receive_bytes = options.socket_send_bytes = static_cast<int>(listener.socket_buffer);
  }
  return options;
}

/// Runs a body that may throw NetError; its text goes into the log, against the option.
template <class Body>
jct_status opening(Host& host, const char* option, Body body) {
  try {
    body();
    return JCT_OK;
  } catch (const net::NetError& e) {
    const ops::Field fields[] = {{"option", option}, {"reason", e.what()}};
    host.kernel().log.write(ops::Level::kError, host.instance(), "net.listen_failed", fields);
    return JCT_E_IO;
  }
}

jct_status may_open(Host& host, const char* option, const void* events, const jct_handle* out) {
  if (option == nullptr || events == nullptr || out == nullptr) return JCT_E_ARG;
  if (!host.carries_over()) return host.wrong_thread("listen");
  return host.phase() == Phase::kStarting ? JCT_OK : JCT_E_STATE;
}

void log_notes(Host& host, const char* option, const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    const ops::Field fields[] = {{"option", option}, {"note", note}};
    host.kernel().log.write(ops::Level::kWarning, host.instance(), "net.family_missing", fields);
  }
}

/// The descriptions behind the option; none where it is not a LISTENER of that protocol.
std::vector<config::Listener> wanted_of(Host& host, const char* name, bool datagram) {
  const config::Instance& values = *host.config().snapshot->find(host.instance());
  const config::Option* option = config::find_option(values.schema->options, name);
  if (option == nullptr || option->type != config::Type::kListener || option->datagram != datagram) return {};
  return listeners_of(values, name);
}

Listening describe(const ListenerObject& object, net::ListenerGroup& group, const net::Address& address) {
  Listening row{object.host.instance(), "tcp", address.to_string(), group.limits().open(), 0, {}, ""};
  for (size_t i = 1; i < net::kRefusals; ++i) {
    const auto reason = static_cast<net::Refusal>(i);
    const uint64_t count = group.limits().refused(reason);
    row.refused += count;
    if (count > 0) row.reasons.push_back(std::string{net::refusal_name(reason)} + "=" + std::to_string(count));
  }
  if (const auto tls = group.entrance().tls()) {
    row.tls = net::day_of(tls->expires());
    row.tls_doubts = tls->doubts();
    row.tls_end = std::chrono::duration_cast<std::chrono::seconds>(tls->expires().time_since_epoch()).count();
  }
  return row;
}

/// Nobody finds the object any more; where no loop is inside it any more it goes, and gives its sockets back.
template <class Object>
void release_of(Host& host, HandleTable<Object>& table, bool all) {
  for (Object* object : table.all()) {
    if (&object->host != &host || !(all || object->closed)) continue;
    table.remove(object->handle);
    for (auto& group : object->groups) group->close();
    host.kernel().fading.emplace_back([object] { delete object; });
  }
}

/// Its socket is a successor's from now on; what it was asked it may still answer.
void hand_over_datagrams(Host& host) {
  Kernel& kernel = host.kernel();
  for (DatagramObject* object : kernel.datagrams.all()) {
    if (&object->host != &host || std::exchange(object->handed_over, true)) continue;
    for (auto& group : object->groups) group->close();
    kernel.fading.emplace_back([&kernel, handle = object->handle] {
      uint32_t unused = 0;
      DatagramObject* there = kernel.datagrams.find(handle, &unused);
      if (there == nullptr) return;
      for (auto& group : there->groups) group->release();
    });
  }
}

template <class Object>
void mark_closed(HandleTable<Object>& table, jct_handle handle) {
  uint32_t unused = 0;
  Object* object = table.find(handle, &unused);
  if (object == nullptr) return;
  object->closed = true;
  for (auto& group : object->groups) group->close();
}

template <class Object>
bool addresses_of(HandleTable<Object>& table, jct_handle handle, std::vector<net::Address>* out) {
  uint32_t unused = 0;
  Object* object = table.find(handle, &unused);
  if (object == nullptr) return false;
  for (const auto& group : object->groups) {
    out->insert(out->end(), group->addresses().begin(), group->addresses().end());
  }
  return true;
}

}  // namespace

std::vector<config::Listener> listeners_of(const config::Instance& values, const std::string& option) {
  std::vector<config::Listener> all;
  const config::Setting* setting = values.find(option);
  if (setting == nullptr || !setting->present) return all;
  if (const auto* one = setting->value.get<config::Listener>()) all.push_back(*one);
  if (const auto* list = setting->value.get<std::vector<config::Value>>()) {
    for (const config::Value& element : *list) {
      if (const auto* listener = element.get<config::Listener>()) all.push_back(*listener);
    }
  }
  return all;
}

std::string listen_fault(const config::Listener& listener, bool datagram) {
  try {
    for (const net::Address& address : resolve(listener.address)) {
      net::try_bind(datagram ? net::Protocol::kUdp : net::Protocol::kTcp, address);
    }
    return {};
  } catch (const net::NetError& e) {
    return e.what();
  }
}

bool prepare_sockets(Kernel& kernel, const config::Instance& values, std::string* why) {
  for (const config::Option& option : values.schema->options) {
    if (option.type != config::Type::kListener) continue;
    try {
      for (const config::Listener& listener : listeners_of(values, option.name)) {
        for (const net::Address& address : resolve(listener.address)) {
          net::SocketRequest request;
          request.protocol = option.datagram ? net::Protocol::kUdp : net::Protocol::kTcp;
          request.address = address;
          kernel.sockets.prepare(request);
        }
      }
    } catch (const net::NetError& e) {
      *why = option.name + ": " + e.what();
      return false;
    }
  }
  return true;
}

jct_status open_listener(Host& host, const char* option, const jct_listen_events* events, void* self, jct_handle* out) {
  const jct_status allowed = may_open(host, option, events, out);
  if (allowed != JCT_OK) return allowed;
  const std::vector<config::Listener> wanted = wanted_of(host, option, false);
  if (wanted.empty()) return JCT_E_NOT_FOUND;
  auto object = std::make_unique<ListenerObject>(host, copy_record(events), self);
  object->refused_total = host.kernel().metrics.open(
      ops::MetricKind::kCounter, {host.instance(), "connections_refused", "reason=server_full"},
      "connections closed because the server has [kernel] max_connections");
  const jct_status opened = opening(host, option, [&] {
    for (const config::Listener& listener : wanted) {
      const std::vector<net::Address> addresses = resolve(listener.address);
      const config::KernelConfig& settings = host.config().snapshot->kernel;
      const net::ListenOptions options = listen_options(host.kernel(), settings, listener);
      object->groups.push_back(
          std::make_unique<net::ListenerGroup>(host.kernel().sockets, host.net_loops(), addresses, options, *object));
      object->described.push_back(listener);
      net::EntranceRules& entrance = object->groups.back()->entrance();
      if (listener.tls_acme) host.kernel().issued.join(entrance, tls_rules(settings, listener, entrance.tls().get()));
      log_notes(host, option, object->groups.back()->notes());
    }
  });
  if (opened != JCT_OK) return opened;
  object->handle = host.kernel().listeners.add(object.get(), host.home());
  if (object->handle == 0) return JCT_E_LIMIT;
  *out = object->handle;
  host.opened(*out);
  static_cast<void>(object.release());
  host.open_later([&host, handle = *out] {
    uint32_t loop = 0;
    ListenerObject* made = host.kernel().listeners.find(handle, &loop);
    for (size_t i = 0; made != nullptr && i < made->groups.size(); ++i) made->groups[i]->start();
  });
  return JCT_OK;
}

jct_status open_datagrams(Host& host, const char* option, const jct_dgram_events* events, void* self, jct_handle* out) {
  const jct_status allowed = may_open(host, option, events, out);
  if (allowed != JCT_OK) return allowed;
  const std::vector<config::Listener> wanted = wanted_of(host, option, true);
  if (wanted.empty()) return JCT_E_NOT_FOUND;
  auto object = std::make_unique<DatagramObject>(host, copy_record(events), self);
  const jct_status opened = opening(host, option, [&] {
    for (const config::Listener& listener : wanted) {
      const std::vector<net::Address> addresses = resolve(listener.address);
      object->groups.push_back(std::make_unique<net::DatagramGroup>(host.kernel().sockets, host.net_loops(), addresses,
                                                                    datagram_options(listener), *object));
      log_notes(host, option, object->groups.back()->notes());
    }
  });
  if (opened != JCT_OK) return opened;
  object->handle = host.kernel().datagrams.add(object.get(), host.home());
  if (object->handle == 0) return JCT_E_LIMIT;
  *out = object->handle;
  host.opened(*out);
  for (auto& group : object->groups) group->user = object->handle;
  static_cast<void>(object.release());
  host.open_later([&host, handle = *out] {
    uint32_t loop = 0;
    DatagramObject* made = host.kernel().datagrams.find(handle, &loop);
    for (size_t i = 0; made != nullptr && i < made->groups.size(); ++i) made->groups[i]->start();
  });
  return JCT_OK;
}

jct_status close_listener(Host& host, jct_handle handle) {
  const bool control = host.carries_over();
  if (current_loop() == JCT_NO_LOOP && !control) return host.wrong_thread("close_listener");
  if (!host.gave_back(handle)) return JCT_E_CLOSED;
  mark_closed(host.kernel().listeners, handle);
  mark_closed(host.kernel().datagrams, handle);
  if (control) release_listeners(host, Release::kClosed);
  return JCT_OK;
}

void release_listeners(Host& host, Release which) {
  release_of(host, host.kernel().listeners, which != Release::kClosed);
  release_of(host, host.kernel().datagrams, which == Release::kAll);
  if (which == Release::kHandOver) hand_over_datagrams(host);
  Kernel& kernel = host.kernel();
  if (kernel.fading.empty() || !kernel.loops.barrier()) return;
  for (loop::Task& end : std::exchange(kernel.fading, {})) end();
}

jct_status listener_addresses(Host& host, jct_handle handle, jct_addr* out, uint64_t capacity, uint64_t* count) {
  if (count == nullptr || (out == nullptr && capacity > 0)) return JCT_E_ARG;
  std::vector<net::Address> found;
  if (!addresses_of(host.kernel().listeners, handle, &found) &&
      !addresses_of(host.kernel().datagrams, handle, &found)) {
    return JCT_E_CLOSED;
  }
  *count = found.size();
  for (uint64_t i = 0; i < found.size() && i < capacity; ++i) out[i] = addr_of(found[i]);
  return JCT_OK;
}

std::vector<Listening> listening(const Kernel& kernel) {
  std::vector<Listening> rows;
  for (const ListenerObject* object : kernel.listeners.all()) {
    for (const auto& group : object->groups) {
      for (const net::Address& address : group->addresses()) {
        rows.push_back(describe(*object, *group, address));
      }
    }
  }
  for (const DatagramObject* object : kernel.datagrams.all()) {
    if (object->handed_over) continue;
    for (const auto& group : object->groups) {
      for (const net::Address& address : group->addresses()) {
        rows.push_back({object->host.instance(), "udp", address.to_string(), 0, 0, {}, ""});
      }
    }
  }
  return rows;
}

}  // namespace junctor::api
