// SPDX-License-Identifier: Apache-2.0
// Talks to an authority as RFC 8555 wants it: directory, nonces, signed requests, problems. One thread at a time; it
// blocks as long as its transport does.
#pragma once

#include <Poco/JSON/Object.h>

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "crypto.hpp"

namespace junctor::acme {

/// One HTTP exchange.
struct Request {
  std::string method;
  std::string url;
  std::string body;  ///< of a POST: application/jose+json
};
struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// Why it could not be done. `reason` is a stable word: unreachable, rate_limited, unauthorized, refused, busy,
/// challenge, order, bad_answer, disk, clock.
class Failure : public std::runtime_error {
 public:
  Failure(std::string the_reason, const std::string& detail, int64_t retry_after = 0)
      : std::runtime_error{detail}, reason{std::move(the_reason)}, wait{retry_after} {}
  std::string reason;
  int64_t wait;        ///< seconds that the authority wants; 0: it does not say
  int status = 0;      ///< HTTP; 0: none
  std::string type{};  ///< "badNonce", of the problem
};

/// Throws Failure{unreachable}.
using Transport = std::function<Response(const Request&)>;

/// "120" or "Wed, 21 Oct 2015 07:28:00 GMT" as seconds from `now` on; 0: nothing that can be read.
int64_t retry_after(const std::string& text, int64_t now);

struct Binding {
  std::string key_id;
  std::string key;  ///< decoded
};

class Authority {
 public:
  using Json = Poco::JSON::Object::Ptr;
  struct Reply {
    Json json;             ///< null where the body is none
    std::string text;      ///< as it came
    std::string location;  ///< of what was made
    int64_t wait = 0;      ///< Retry-After, seconds
    std::string next{};    ///< of a list in pages: the next one
  };

  /// `now`: seconds since 1970.
  Authority(std::string directory_url, Transport transport, std::function<int64_t()> now);

  /// The account's URL: of a new one, or of the one that this key has.
  std::string open_account(const Key& key, const std::vector<std::string>& contacts,
                           const std::optional<Binding>& binding);
  /// From now on requests are signed by it.
  void use_account(const Key& key, std::string url);

  Reply new_order(const std::vector<std::string>& names);
  /// POST-as-GET.
  Reply read(const std::string& url) { return post(url, ""); }
  Reply post(const std::string& url, const std::string& payload) { return signed_post(url, payload, kid_, {}); }
  /// The account's own list of orders, where the authority keeps one; else "".
  std::string orders_url();

 private:
  const std::string& place(const char* name);
  Response exchange(const Request& request);
  Reply signed_post(const std::string& url, const std::string& payload, const std::string& kid, const std::string& jwk);
  std::string signed_body(const std::string& url, const std::string& payload, const std::string& kid,
                          const std::string& jwk);
  std::string take_nonce();

  std::string directory_url_;
  Transport transport_;
  std::function<int64_t()> now_;
  std::map<std::string, std::string> places_;  ///< of the directory
  std::string nonce_;
  std::optional<Key> key_;
  std::string kid_;
};

/// <https://ca/list?page=2>;rel="next" among links (RFC 8288): its address; "": none.
std::string next_link(const std::string& links);

/// A JSON text.
std::string quoted(const std::string& text);
/// What stands there as text; "": nothing.
std::string text_at(const Authority::Json& json, const char* name);
/// A problem document (RFC 7807) in words: its detail, and those of its parts.
std::string problem_text(const Authority::Json& json);

}  // namespace junctor::acme
