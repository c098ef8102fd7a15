// SPDX-License-Identifier: Apache-2.0
// A site with accounts, and calls of its API as clients make them: by HTTP and through signalling. One thread.
#pragma once

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <string>
#include <vector>

#include "site.hpp"
#include "support/process.hpp"

namespace junctor::site {

using Object = Poco::JSON::Object;

struct Said {
  int status = 0;
  std::string body;

  Object::Ptr json() const { return Poco::JSON::Parser{}.parse(body).extract<Object::Ptr>(); }
  std::string text(const std::string& key) const { return json()->optValue<std::string>(key, ""); }
};

/// How a call gets to the server.
struct Way {
  const char* name;
  Said (*call)(Site& site, const std::string& method, const std::string& path, const std::string& token,
               const std::string& body);
};

Said by_http(Site& site, const std::string& method, const std::string& path, const std::string& token,
             const std::string& body);
Said through_signalling(Site& site, const std::string& method, const std::string& path, const std::string& token,
                        const std::string& body);

inline constexpr Way kWays[] = {{"http", &by_http}, {"signalling", &through_signalling}};

std::string login_body(const std::string& name, const std::string& password, const std::string& id,
                       const std::string& uuid = "dXVpZA==");
std::string code_body(const std::string& secret, const std::string& code, const std::string& id);

class AccountsSite : public Site {
 public:
  /// `more`: of [accounts], and what stands behind it. Passwords cost little.
  explicit AccountsSite(const std::string& more = "");

  testing::Finished ctl(std::vector<std::string> words);
  /// A command that reads a password.
  testing::Finished ctl_with(const std::string& password, const std::string& words);
  std::string first_password();
  /// Waits until the model is there; the server may be a new one.
  void ready();
  /// Over the control socket; fails the test where the server says no.
  testing::Answer told(const std::string& word, const std::vector<std::string>& args);
  /// A user with this password, and his session's token.
  std::string logged_in(const std::string& name, const std::string& id = "");
};

inline constexpr const char* kPassword = "correct horse";

}  // namespace junctor::site
