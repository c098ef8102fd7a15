// SPDX-License-Identifier: Apache-2.0
// One connection to a directory: bind, search. Blocks, never longer than it was told. One thread at a time.
#pragma once

#include <sys/time.h>

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "dial.hpp"

struct ldap;

namespace junctor::login_ldap {

struct ServerSettings {
  std::vector<std::string> urls;  ///< ldap://host:389, ldaps://host; the first that answers is asked
  bool start_tls = true;          ///< ldap://: not without it
  std::string ca_file;            ///< empty: the system's authorities
  bool verify = true;
  std::string bind_dn, bind_password;  ///< empty: anonymous
  std::chrono::milliseconds timeout{5000};
};

/// The directory cannot say: it is away, slow, or refuses the search.
class Unavailable : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Entry {
  std::string dn;
  std::map<std::string, std::vector<std::string>> attributes;  ///< names in lower case

  /// "" where there is none.
  std::string first(const std::string& attribute) const;
  std::vector<std::string> all(const std::string& attribute) const;
};

/// ASCII letters in lower case.
std::string lower(std::string text);

class Connection {
 public:
  /// Throws Unavailable. `end`: when everything has to be over.
  Connection(const ServerSettings& settings, const std::string& url, Clock::time_point end);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False where name or password are wrong; throws Unavailable. An empty password is refused without asking, as a
  /// directory takes it for nobody's.
  bool bind(const std::string& dn, const std::string& password);
  /// Throws Unavailable. At most one more than `most`, which says that there are more. A base that is not there has no
  /// entries.
  enum class Scope { kBase, kOne, kSub };
  struct Search {
    std::string base;
    Scope scope = Scope::kSub;
    std::string filter;
    std::vector<std::string> attributes;
    size_t most = 1000;
  };
  std::vector<Entry> search(const Search& asked);

 private:
  void option(int which, const void* value, const char* name);
  void open();
  void use_tls(const ServerSettings& settings, bool ldaps);
  /// What is left of the time, at most the timeout of one step; throws Unavailable where nothing is.
  timeval left() const;
  void hurry();
  [[noreturn]] void give_up(const std::string& what, int code) const;

  const std::string url_;
  const std::chrono::milliseconds timeout_;
  const Clock::time_point end_;
  int fd_ = -1;  // the library closes it
  struct ldap* ldap_ = nullptr;
};

}  // namespace junctor::login_ldap
