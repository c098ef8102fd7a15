// SPDX-License-Identifier: Apache-2.0
// Services by object: who provides what, and whom each may ask. Objects are named by key (instance and generation), so
// that an old world that drains and a new one that starts do not meet. [control]
#pragma once

#include <map>
#include <string>
#include <vector>

namespace junctor::plugin {

/// What an object provides under an id. `table` begins with its size; both live as long as the provider.
struct Provided {
  std::string instance;  ///< as the operator named it
  const void* table = nullptr;
  void* self = nullptr;
};

class Services {
 public:
  /// Says whose services `user` may find: keys, in file order.
  void bind(const std::string& user, std::vector<std::string> providers);

  /// False when the object provides `id` already.
  bool provide(const std::string& key, const std::string& id, Provided provided);
  bool provides(const std::string& key, const std::string& id) const;
  /// The object is gone, with all that it provided.
  void withdraw(const std::string& key);

  /// Those that `user` is bound to and that provide `id`.
  std::vector<Provided> find(const std::string& user, const std::string& id) const;

 private:
  std::map<std::string, std::vector<std::string>> bound_;
  std::map<std::string, std::map<std::string, Provided>> provided_;
};

}  // namespace junctor::plugin
