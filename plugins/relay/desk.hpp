// SPDX-License-Identifier: Apache-2.0
// `junctorctl relay`: shows the limits, changes them over the configuration, and keeps what is to be kept in a file of
// the data directory. Made by create; lives on the home loop.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "changes.hpp"
#include "junctor/host.hpp"
#include "rows.hpp"
#include "shared.hpp"

namespace junctor::relay {

class Desk {
 public:
  /// `changed`: the rules are new, and those that run are to look them up. Throws Error where the file is broken.
  Desk(const Host& host, Shared& shared, const Config& config, std::function<void()> changed);

  /// Throws Error where the file of kept changes is broken.
  static void verify(const Config& config);

  /// Of a new configuration; the changes stand over it.
  void configure(Rules configured);
  void command(const std::vector<std::string>& words, Reply reply);

 private:
  void show(Reply reply) const;
  std::vector<LimitRow> limit_rows() const;
  /// The name of a limit as Changes has it; empty: there is no such limit.
  std::string limit_of(const std::vector<std::string>& words) const;
  void limit(const std::vector<std::string>& words, bool keep, Reply reply);
  void block(const std::string& who, bool keep, Reply reply);
  void unblock(const std::string& who, Reply reply);
  /// A change in the words of its event.
  struct Decision {
    const char* event;
    const char* key;    ///< limit, network or id
    std::string about;  ///< which
    std::string rate;   ///< of a limit
  };
  void apply(const Decision& decision, const std::function<void(Changes&)>& change, bool keep, Reply reply);
  void write(const Decision& decision, Reply reply);
  void tell(const Decision& decision, bool kept) const;

  const Host& host_;
  Shared& shared_;
  std::string path_;
  std::function<void()> changed_;
  Rules configured_;
  Changes now_;
  Changes kept_;
  bool writing_ = false;
};

}  // namespace junctor::relay
