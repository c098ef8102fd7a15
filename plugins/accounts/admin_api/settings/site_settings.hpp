// SPDX-License-Identifier: Apache-2.0
// The site's settings (accounts.md 20): the plugin's options as its files have them, and over the LIVE ones what the
// console has set. What a file sets stays the file's: nobody wonders why an edit there does nothing. Values that never
// change once they are made; any thread.
#pragma once

#include <Poco/Dynamic/Var.h>
#include <junctor/config.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::accounts::admin {

/// Of any option's type: flags and numbers (durations in nanoseconds), or texts (one, or those of a list).
struct SettingValue {
  int64_t number = 0;
  std::vector<std::string> texts{};

  bool operator==(const SettingValue&) const = default;
};

class SiteSettings {
 public:
  struct Setting {
    jct_option option{};
    SettingValue fallback{};  ///< the option's default
    SettingValue files{};
    SettingValue value{};  ///< what counts
    bool changed = false;  ///< by the console

    std::string_view name() const { return option.name; }
    bool is_list() const { return (option.flags & JCT_OPT_LIST) != 0; }
    bool is_live() const { return (option.flags & JCT_OPT_LIVE) != 0; }
    /// A file says something of its own.
    bool is_locked() const { return files != fallback; }
  };
  /// By option, the value's JSON as it is stored.
  using Stored = std::map<std::string, std::string>;

  SiteSettings() = default;
  template <size_t N>
  SiteSettings(const OptionTable<N>& table, const Config& files) {
    for (const jct_option& option : table.records) add(option, files);
  }

  /// What is locked, unknown or no value any more is left out.
  SiteSettings with(const Stored& stored) const;
  /// For whoever reads options; valid as long as this is.
  Config config() const;

  const std::vector<Setting>& all() const { return all_; }
  const Setting* find(std::string_view name) const;

  static std::string json(const Setting& setting, const SettingValue& value);
  /// Throws std::invalid_argument, which says what was expected.
  static SettingValue parse(const Setting& setting, const Poco::Dynamic::Var& value);

 private:
  void add(const jct_option& option, const Config& files);

  std::vector<Setting> all_;  // in the table's order
};

/// "choice", "flag", "count", "duration", "text", "texts" or "networks".
std::string_view type_word(const SiteSettings::Setting& setting);

}  // namespace junctor::accounts::admin
