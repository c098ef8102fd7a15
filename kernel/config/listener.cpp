// SPDX-License-Identifier: Apache-2.0
// Fields of a listener table, their bounds, and the struct made of them. Pure functions, any thread.
#include "config/listener.hpp"

#include <string_view>

#include "config/option_table.hpp"

namespace junctor::config {
namespace {

constexpr int64_t kNanosecondsAMillisecond = 1'000'000;
constexpr int64_t kMinute = 60'000 * kNanosecondsAMillisecond;

template <typename T>
const T& field(const Record& record, std::string_view name) {
  return *record.find(name)->value.get<T>();
}

std::vector<std::string> texts(const Record& record, std::string_view name) {
  std::vector<std::string> all;
  for (const Value& one : field<std::vector<Value>>(record, name)) all.push_back(*one.get<std::string>());
  return all;
}

/// Where the certificate comes from: files, or what is issued.
std::string source_fault(const Record& tls) {
  const bool certificate = tls.find("certificate")->present;
  const bool key = tls.find("key")->present;
  const bool more = !texts(tls, "more_certificates").empty() || !texts(tls, "more_keys").empty();
  if (field<bool>(tls, "acme")) {
    return certificate || key || more ? "tls: acme = true stands instead of certificate, key and more of them" : "";
  }
  if (!certificate && !key) return "tls: expected certificate and key, or acme = true";
  if (!certificate || !key) return std::string{"tls: "} + (key ? "certificate" : "key") + " is missing";
  return "";
}

}  // namespace

const std::vector<Option>& listener_fields() {
  static const std::vector<Option> kFields = {
      option("address", Type::kAddress, "where to listen; without it, the option's default address"),
      with_default(option("proxy_protocol", Type::kBool, "expect a PROXY header from the trusted proxies"), "false"),
      list_of(option("trusted_proxies", Type::kNetwork, "whose word on a client's address is taken")),
      bounded(option("handshake_timeout", Type::kDuration, "how long the PROXY header and the TLS handshake may take"),
              "10s", kNanosecondsAMillisecond, kDay),
      bounded(
          option("max_handshakes", Type::kInt, "connections whose header or handshake is under way; more are refused"),
          "1000", 1, 1'000'000),
      bounded(option("max_connections", Type::kInt, "open connections; 0: the kernel's bound alone"), "0", 0,
              10'000'000),
      bounded(
          option("max_per_source", Type::kInt,
                 "open connections of one source address (IPv6: one /64); 0: all but a twentieth of the descriptors "
                 "that may be open"),
          "0", 0, 10'000'000),
      bounded(option("accept_rate", Type::kInt, "new connections a second of one source address; 0: no bound"), "0", 0,
              10'000'000),
      with_default(option("idle_timeout", Type::kDuration, "closes silent connections; 0: the plugin's own rule"), "0"),
      bounded(option("backlog", Type::kInt, "the queue of connections not yet accepted; 0: the system's most"), "0", 0,
              1'000'000),
      bounded(option("receive_buffer", Type::kSize,
                     "bytes of a stream that may wait to be consumed; 0: the kernel's choice"),
              "0", 0, 1 << 30),
      bounded(option("send_queue", Type::kSize, "bytes of a stream that may wait to be sent; 0: the kernel's choice"),
              "0", 0, 1 << 30),
      bounded(option("socket_buffer", Type::kSize, "the system's buffers of a datagram socket; 0: the kernel's choice"),
              "0", 0, 1 << 30),
  };
  return kFields;
}

const std::vector<Option>& tls_fields() {
  static const std::vector<Option> kFields = {
      option("certificate", Type::kPath, "PEM file with the certificate and its chain"),
      option("key", Type::kPath, "PEM file with the private key"),
      with_default(option("acme", Type::kBool, "instead of files: what the plugin acme gets, for all of its names"),
                   "false"),
      list_of(option("more_certificates", Type::kPath, "PEM files for other names, chosen by what a client asks for")),
      list_of(option("more_keys", Type::kPath, "their private keys, in the same order")),
      with_default(option("client_ca", Type::kPath,
                          "PEM file of authorities; who has no certificate of one of them is not let in"),
                   ""),
      one_choice(option("min_version", Type::kChoice, "the oldest TLS that is spoken"), {"1.2", "1.3"}, "1.2"),
      bounded(option("expiry_warning", Type::kDuration, "how long before the certificate's end the log begins to warn"),
              "14d", 0, 3650 * kDay),
      bounded(option("ticket_lifetime", Type::kDuration,
                     "how long a session may be resumed without a full handshake; its keys turn as often"),
              "12h", kMinute, 7 * kDay),
  };
  return kFields;
}

bool make_listener(const Record& table, const Record& tls, Listener* out, std::string* why) {
  if (table.find("address")->present) {
    out->address = field<Address>(table, "address");
  } else if (*out == Listener{}) {
    *why = "required option \"address\" is missing";
    return false;
  }
  out->proxy_protocol = field<bool>(table, "proxy_protocol");
  out->trusted_proxies.clear();
  for (const Value& network : field<std::vector<Value>>(table, "trusted_proxies")) {
    out->trusted_proxies.push_back(*network.get<Network>());
  }
  if (out->proxy_protocol && out->trusted_proxies.empty()) {
    *why = "proxy_protocol needs trusted_proxies: a stranger's word on an address is not taken";
    return false;
  }
  out->handshake_timeout = field<int64_t>(table, "handshake_timeout");
  out->max_handshakes = field<int64_t>(table, "max_handshakes");
  out->max_connections = field<int64_t>(table, "max_connections");
  out->max_per_source = field<int64_t>(table, "max_per_source");
  out->accept_rate = field<int64_t>(table, "accept_rate");
  out->idle_timeout = field<int64_t>(table, "idle_timeout");
  out->backlog = field<int64_t>(table, "backlog");
  out->receive_buffer = field<int64_t>(table, "receive_buffer");
  out->send_queue = field<int64_t>(table, "send_queue");
  out->socket_buffer = field<int64_t>(table, "socket_buffer");
  if (tls.find("certificate") != nullptr) {
    *why = source_fault(tls);
    if (!why->empty()) return false;
    out->tls_acme = field<bool>(tls, "acme");
    out->tls_certificate = field<std::string>(tls, "certificate");
    out->tls_key = field<std::string>(tls, "key");
    out->tls_more_certificates = texts(tls, "more_certificates");
    out->tls_more_keys = texts(tls, "more_keys");
    out->tls_client_ca = field<std::string>(tls, "client_ca");
    if (out->tls_more_certificates.size() != out->tls_more_keys.size()) {
      *why = "more_certificates and more_keys belong together: " + std::to_string(out->tls_more_certificates.size()) +
             " of one, " + std::to_string(out->tls_more_keys.size()) + " of the other";
      return false;
    }
    out->tls_min_version = field<std::string>(tls, "min_version");
    out->tls_expiry_warning = field<int64_t>(tls, "expiry_warning");
    out->tls_ticket_lifetime = field<int64_t>(tls, "ticket_lifetime");
  }
  return true;
}

}  // namespace junctor::config
