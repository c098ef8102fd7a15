// SPDX-License-Identifier: Apache-2.0
// The commands that junctorctl knows: those of the kernel and those that plugins add. [control]
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace junctor::ops {

/// A command's answer: exactly one JSON value, from any thread, once; later ones are ignored.
using Answer = std::function<void(bool ok, std::string json)>;

class Commands {
 public:
  /// `args`: {"args": ["..."]}. Must see to it that `answer` is called.
  using Run = std::function<void(const std::string& args, Answer answer)>;

  struct Command {
    std::string instance;  ///< empty: the kernel's own
    std::string key;  ///< of the object behind it: while an old one drains, a newer one of its instance has the word
    std::string help;
    Run run;
  };

  /// Words with single spaces between, and none outside.
  static bool is_name(std::string_view name);
  /// False when another instance has the name.
  bool add(const std::string& name, Command command);
  /// All names of an object.
  void remove(const std::string& key);
  /// Null when there is none. Good until the next add or remove.
  const Command* find(const std::string& name) const;

  struct Match {
    const Command* command = nullptr;
    size_t words = 0;  ///< how many of those given are its name; the rest are its arguments
  };
  /// The command with the most leading words of `words`: "peers approve" goes before "peers".
  Match match(const std::vector<std::string>& words) const;
  /// Name and help, in order.
  std::vector<std::pair<std::string, std::string>> list() const;

 private:
  std::map<std::string, std::vector<Command>> all_;  ///< by name; newest last
};

}  // namespace junctor::ops
