// SPDX-License-Identifier: Apache-2.0
// Who of a directory's users has gone from it is disabled, never deleted; and what the groups of the others give them
// is brought up to date (accounts.md 14). Too many gone at once are a fault of the directory, or of its options: then
// nobody is. Home loop.
#pragma once

#include <junctor/host.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "accounts/login/providers.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts {

class DirectorySync {
 public:
  /// All outlive it.
  struct Parts {
    const Host& host;
    const Store& store;
    const Providers& providers;
    std::function<void(Ref user)> disabled;  ///< he may not go on
  };
  explicit DirectorySync(const Parts& parts);

  /// [control] in start.
  void start();
  void stop() { timer_.cancel(); }

  struct Report {
    std::string refused;  ///< not empty: nothing was changed, and why
    size_t looked_for = 0, gone = 0, disabled = 0;
  };
  using Done = std::function<void(const Report&)>;
  /// Now, whatever is due. `release`: beyond the brake, too. One at a time; another is refused.
  void run(const ProviderInfo& provider, bool release, Done done);

 private:
  struct Run;
  void look();
  void ask(const std::shared_ptr<Run>& run);
  void judge(const std::shared_ptr<Run>& run, const std::vector<LoginPerson>& persons);
  void change(const std::shared_ptr<Run>& run, size_t from);
  void finish(const std::shared_ptr<Run>& run, const std::string& refused);

  const Parts parts_;
  Timer timer_;
  std::map<std::string, Duration> last_;  // begun, by provider
  bool running_ = false;
  Metric runs_, stopped_, disabled_, brake_;
};

}  // namespace junctor::accounts
