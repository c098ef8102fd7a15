// SPDX-License-Identifier: Apache-2.0
// Copies of a stock directory's files. What could refuse is asked before anything is written.
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "tools/migrate/database.hpp"
#include "tools/migrate/directory.hpp"
#include "tools/migrate/files.hpp"
#include "tools/stock/addresses.hpp"
#include "tools/stock/given.hpp"
#include "wire/secret.hpp"

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;

class Bringer {
 public:
  Bringer(const Directory& from, const std::string& to, How how, Report* report)
      : from_{from}, to_{to}, how_{how}, report_{report} {}

  void run() {
    std::vector<std::string> files;
    if (from_.has_keys) files = {kSecret, kPublic};
    for (const stock::AddressFile& list : stock::kAddressFiles) files.emplace_back(list.name);
    std::vector<std::string> wanted;
    for (const std::string& name : files) {
      if (is_wanted(name)) wanted.push_back(name);
    }
    const bool database = from_.has_database && is_database_wanted();
    make_directory();
    for (const std::string& name : wanted) copy(name);
    if (database) copy_peers();
  }

 private:
  bool is_wanted(const std::string& name) {
    auto text = usable_text(from_.path, name);
    if (!text) return false;
    auto there = read_small_file(to_ + "/" + name);
    const bool same = there && stock::trimmed(*there) == stock::trimmed(*text);
    wire::wipe(*text);
    if (there) wire::wipe(*there);
    if (same) report_->add("same", to_ + "/" + name);
    if (there && !same) in_the_way(name, "is another one");
    return !same;
  }

  bool is_database_wanted() {
    const std::string target = (fs::path{to_} / from_.database).string();
    if (fs::path{from_.database}.is_absolute()) {
      report_->add("note", from_.database + " lies elsewhere and stays there");
      return false;
    }
    if (!fs::exists(target)) return true;
    const int64_t missing = count_missing(from_.path + "/" + from_.database, target);
    if (missing == 0) {
      report_->add("same", target + " has every peer already");
      return false;
    }
    in_the_way(from_.database, "lacks " + std::to_string(missing) + " of the peers");
    return true;
  }

  void in_the_way(const std::string& name, const std::string& what) {
    const std::string path = to_ + "/" + name;
    if (!how_.replace) {
      throw Refusal{path + " is there and " + what +
                    "; nothing is overwritten. Stop the server there and give --replace " + "to move it to " + name +
                    ".before-migration"};
    }
    const std::string aside = path + ".before-migration";
    if (fs::exists(aside)) throw Refusal{aside + " is there from an earlier --replace; move it away"};
    if (how_.dry_run) return report_->changed("would", "move " + path + " to " + aside);
    for (const char* part : {"", "-wal", "-shm"}) {
      if (fs::exists(path + part)) fs::rename(path + part, aside + part);
    }
    report_->changed("kept", path + " as " + aside);
  }

  void make_directory() {
    if (how_.dry_run || fs::is_directory(to_)) return;
    fs::create_directories(parent_of(to_));
    if (::mkdir(to_.c_str(), 0700) != 0) {
      throw fs::filesystem_error{"cannot make it", to_, std::error_code{errno, std::generic_category()}};
    }
    report_->changed(
        "wrote", to_ + ", a new directory; give it to the user that junctord runs as: chown -R junctor: '" + to_ + "'");
  }

  /// The secret key is for its owner alone, whatever it was.
  void copy(const std::string& name) {
    const std::string source = from_.path + "/" + name;
    if (how_.dry_run) return report_->changed("would", "copy " + source);
    auto text = usable_text(from_.path, name);
    const int mode = name == kSecret ? 0600 : static_cast<int>(fs::status(source).permissions()) & 0644;
    write_file(to_ + "/" + name, text.value_or(""), mode);
    wire::wipe(*text);
    report_->changed("copied", to_ + "/" + name);
  }

  void copy_peers() {
    const std::string source = from_.path + "/" + from_.database;
    const std::string target = to_ + "/" + from_.database;
    if (how_.dry_run) return report_->changed("would", "copy " + source);
    fs::create_directories(parent_of(target));
    copy_database(source, target);
    give_to_owner_of(to_, target);
    report_->changed("copied",
                     target + " with " + std::to_string(check_database(target)) + " peers; its pages are whole");
  }

  const Directory& from_;
  const std::string& to_;
  How how_;
  Report* report_;
};

}  // namespace

void bring(const Directory& from, const std::string& to, How how, Report* report) {
  try {
    Bringer{from, to, how, report}.run();
  } catch (const fs::filesystem_error& error) {
    throw Refusal{error.what()};
  }
}

}  // namespace junctor::tools::migrate
