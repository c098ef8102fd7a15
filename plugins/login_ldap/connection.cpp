// SPDX-License-Identifier: Apache-2.0
// libldap. Each option that its own files could set (/etc/ldap/ldap.conf, ~/.ldaprc) and that matters is set here.
#include "connection.hpp"

#include <ldap.h>
#include <openldap.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

namespace junctor::login_ldap {
namespace {

constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

struct MessageFree {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};

Entry read_entry(LDAP* ldap, LDAPMessage* message) {
  Entry entry;
  if (char* dn = ldap_get_dn(ldap, message)) {
    entry.dn = dn;
    ldap_memfree(dn);
  }
  BerElement* walk = nullptr;
  for (char* name = ldap_first_attribute(ldap, message, &walk); name != nullptr;
       name = ldap_next_attribute(ldap, message, walk)) {
    auto& values = entry.attributes[lower(name)];
    if (berval** raw = ldap_get_values_len(ldap, message, name)) {
      for (berval** at = raw; *at != nullptr; ++at) values.emplace_back((*at)->bv_val, (*at)->bv_len);
      ldap_value_free_len(raw);
    }
    ldap_memfree(name);
  }
  if (walk != nullptr) ber_free(walk, 0);
  return entry;
}

int scope_of(Connection::Scope scope) {
  return scope == Connection::Scope::kBase  ? LDAP_SCOPE_BASE
         : scope == Connection::Scope::kOne ? LDAP_SCOPE_ONELEVEL
                                            : LDAP_SCOPE_SUBTREE;
}

/// The answer to a bind is about who binds, not about the directory. Locked, expired and forbidden accounts read alike.
bool is_refusal(int code) {
  return code == LDAP_INVALID_CREDENTIALS || code == LDAP_INAPPROPRIATE_AUTH || code == LDAP_NO_SUCH_OBJECT ||
         code == LDAP_INSUFFICIENT_ACCESS || code == LDAP_CONSTRAINT_VIOLATION || code == LDAP_UNWILLING_TO_PERFORM ||
         code == LDAP_INVALID_DN_SYNTAX;
}

}  // namespace

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string Entry::first(const std::string& attribute) const {
  const auto at = attributes.find(lower(attribute));
  return at == attributes.end() || at->second.empty() ? std::string{} : at->second.front();
}

std::vector<std::string> Entry::all(const std::string& attribute) const {
  const auto at = attributes.find(lower(attribute));
  return at == attributes.end() ? std::vector<std::string>{} : at->second;
}

Connection::Connection(const ServerSettings& settings, const std::string& url, Clock::time_point end)
    : url_{url}, timeout_{settings.timeout}, end_{end} {
  open();
  try {
    const int version = LDAP_VERSION3;
    const int deref = LDAP_DEREF_NEVER;
    option(LDAP_OPT_PROTOCOL_VERSION, &version, "version");
    option(LDAP_OPT_REFERRALS, LDAP_OPT_OFF, "referrals");  // to nobody who is not configured
    option(LDAP_OPT_RESTART, LDAP_OPT_OFF, "restart");
    option(LDAP_OPT_DEREF, &deref, "deref");
    hurry();
    const bool ldaps = url.rfind("ldaps://", 0) == 0;
    if (ldaps || settings.start_tls) use_tls(settings, ldaps);
  } catch (...) {
    ldap_unbind_ext_s(ldap_, nullptr, nullptr);
    throw;
  }
}

/// To the server, and the library's handle over it. The library's own way there has no end that counts for TLS.
void Connection::open() {
  LDAPURLDesc* parts = nullptr;
  if (ldap_url_parse(url_.c_str(), &parts) != LDAP_URL_SUCCESS) throw Unavailable{url_ + ": no address of a directory"};
  const std::string host = parts->lud_host;
  const int port = parts->lud_port;
  ldap_free_urldesc(parts);
  std::string why;
  fd_ = dial(host, port, std::min(end_, Clock::now() + timeout_), timeout_, &why);
  if (fd_ < 0) throw Unavailable{url_ + ": " + why};
  const int made = ldap_init_fd(fd_, LDAP_PROTO_TCP, url_.c_str(), &ldap_);
  if (made == LDAP_SUCCESS) return;
  ::close(fd_);
  throw Unavailable{url_ + ": " + ldap_err2string(made)};
}

Connection::~Connection() { ldap_unbind_ext_s(ldap_, nullptr, nullptr); }

void Connection::option(int which, const void* value, const char* name) {
  const int set = ldap_set_option(ldap_, which, value);
  if (set != LDAP_OPT_SUCCESS) throw Unavailable{url_ + ": the LDAP library does not take " + name};
}

void Connection::use_tls(const ServerSettings& settings, bool ldaps) {
  const int require = settings.verify ? LDAP_OPT_X_TLS_DEMAND : LDAP_OPT_X_TLS_NEVER;
  const int oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
  const int client = 0;
  const std::string authorities = settings.ca_file.empty() ? kSystemAuthorities : settings.ca_file;
  option(LDAP_OPT_X_TLS_REQUIRE_CERT, &require, "tls_reqcert");
  option(LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest, "tls_protocol_min");
  if (settings.verify) option(LDAP_OPT_X_TLS_CACERTFILE, authorities.c_str(), "ca_file");
  option(LDAP_OPT_X_TLS_NEWCTX, &client, ("a TLS context: look at ca_file, " + authorities).c_str());
  const auto end = std::min(end_, Clock::now() + timeout_);
  const Watchdog watchdog{fd_, end};
  const int begun = ldaps ? ldap_install_tls(ldap_) : ldap_start_tls_s(ldap_, nullptr, nullptr);
  if (begun == LDAP_SUCCESS) return;
  if (Clock::now() >= end) throw Unavailable{url_ + ": TLS took too long"};
  give_up("TLS (is ca_file its authority, and the host the certificate's name?)", begun);
}

timeval Connection::left() const {
  const auto rest = std::min(std::chrono::duration_cast<std::chrono::microseconds>(end_ - Clock::now()),
                             std::chrono::duration_cast<std::chrono::microseconds>(timeout_));
  if (rest.count() <= 0) throw Unavailable{url_ + ": it took too long"};
  timeval time{};
  time.tv_sec = rest.count() / 1'000'000;
  time.tv_usec = rest.count() % 1'000'000;
  return time;
}

void Connection::hurry() {
  const timeval time = left();
  option(LDAP_OPT_TIMEOUT, &time, "timeout");
}

void Connection::give_up(const std::string& what, int code) const {
  std::string text = url_ + ": " + what + ": " + ldap_err2string(code);
  char* more = nullptr;
  ldap_get_option(ldap_, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more);
  if (more != nullptr && *more != '\0') text += std::string{" ("} + more + ")";
  ldap_memfree(more);
  throw Unavailable{text};
}

bool Connection::bind(const std::string& dn, const std::string& password) {
  if (password.empty() && !dn.empty()) return false;
  hurry();
  berval secret{static_cast<ber_len_t>(password.size()), const_cast<char*>(password.data())};
  const int code = ldap_sasl_bind_s(ldap_, dn.c_str(), LDAP_SASL_SIMPLE, &secret, nullptr, nullptr, nullptr);
  if (code == LDAP_SUCCESS) return true;
  if (is_refusal(code)) return false;
  give_up("bind", code);
}

std::vector<Entry> Connection::search(const Search& asked) {
  hurry();
  timeval time = left();
  std::vector<char*> names;
  for (const std::string& name : asked.attributes) names.push_back(const_cast<char*>(name.c_str()));
  names.push_back(nullptr);
  LDAPMessage* raw = nullptr;
  const int code = ldap_search_ext_s(ldap_, asked.base.c_str(), scope_of(asked.scope), asked.filter.c_str(),
                                     names.data(), 0, nullptr, nullptr, &time, static_cast<int>(asked.most + 1), &raw);
  const std::unique_ptr<LDAPMessage, MessageFree> message{raw};
  if (code == LDAP_NO_SUCH_OBJECT) return {};
  std::vector<Entry> entries;
  if (code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED) {
    for (LDAPMessage* at = ldap_first_entry(ldap_, raw); at != nullptr; at = ldap_next_entry(ldap_, at)) {
      entries.push_back(read_entry(ldap_, at));
    }
  }
  const bool is_enough = code == LDAP_SIZELIMIT_EXCEEDED && entries.size() > asked.most;
  if (code != LDAP_SUCCESS && !is_enough) give_up("search under " + asked.base, code);
  return entries;
}

}  // namespace junctor::login_ldap
