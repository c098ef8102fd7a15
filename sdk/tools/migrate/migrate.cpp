// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/migrate.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Stringifier.h>

#include <filesystem>
#include <iostream>

#include "tools/junctorctl/control_client.hpp"
#include "tools/migrate/directory.hpp"
#include "tools/migrate/files.hpp"
#include "tools/migrate/ports.hpp"
#include "tools/migrate/started.hpp"
#include "tools/stock/addresses.hpp"
#include "tools/stock/values.hpp"
#include "wire/secret.hpp"

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHeader = "# Made by junctorctl migrate; a new run replaces it.";
constexpr const char* kSecretFile = "site_key";

bool is_served(const std::string& directory) {
  try {
    ControlClient client{directory + "/junctord.sock"};
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

class Forth {
 public:
  Forth(const Question& question, const std::string& config_dir, Report* report)
      : question_{question}, conf_file_{config_dir + "/" + kConfName}, report_{report} {}

  void run() {
    stock_ = look_at(question_.directory, report_);
    stock::Site site = gather(question_, stock_.path, report_);
    site.public_key = stock_.public_key;
    site.has_secret_key = stock_.has_keys;
    site.web_sockets = question_.web_sockets;
    const bool known = site.hbbs || site.hbbr;
    translation_ = stock::translate(site);
    say_what_runs(site);
    report_->add(translation_.remarks);
    if (translation_.failed()) throw Refusal{"the settings above cannot be used as they are; nothing was written"};
    check_has_key();
    if (const auto* path = translation_.find("storage_sqlite", "path")) {
      stock_.database = stock::database_of(site.hbbs->at(stock::Id::kDbUrl).value).value_or(path->value);
    }
    look_at_database(&stock_, report_);
    look_at_lists(stock_, report_);
    check_gaps();
    deny_banned();
    choose_data_directory();
    check_conf_file();
    if (known) warn_of_ports();
    write();
    say_next();
  }

 private:
  void say_what_runs(const stock::Site& site) {
    if (!site.hbbs && !site.hbbr) {
      report_->add("warning",
                   "how hbbs and hbbr were started is not known (--unit, --compose, --env, --hbbs, --hbbr): ports and "
                   "limits are left as they are configured, and clients without the key are refused");
    } else if (!site.hbbs || !site.hbbr) {
      const std::string missing{stock::program_name(site.hbbs ? stock::Program::kHbbr : stock::Program::kHbbs)};
      report_->add("warning", missing + " was not named and is switched off here; if it ran on this host, say how");
    }
  }

  void check_gaps() const {
    if (!report_->has_gaps() || question_.leave_out) return;
    throw Refusal{
        "what is not understood above may be a rule of the site; nothing was written. Write it otherwise, or give "
        "--leave-out to go on without it"};
  }

  void deny_banned() {
    if (stock_.banned.empty()) return;
    translation_.add("auth_key", {"deny_ids", stock::toml_list(stock_.banned), "banned in " + stock_.database});
  }

  /// junctord makes a pair where there is none, and no client has that one.
  void check_has_key() const {
    const auto* enabled = translation_.find("auth_key", "enabled");
    const auto* key = translation_.find("auth_key", "key");
    const bool of_files = key == nullptr || key->value == "\"-\"" || key->value == "\"\"";
    if (stock_.has_keys || !of_files || (enabled != nullptr && enabled->value == "false")) return;
    throw Refusal{stock_.path +
                  ": id_ed25519 is not there, so this is not the directory in which a stock server has run, or its key "
                  "lies elsewhere. A new key would be made, which no client has: put the pair there, or start junctord "
                  "by itself for a new site"};
  }

  void choose_data_directory() {
    data_ = question_.to.empty() ? stock_.path : fs::weakly_canonical(fs::absolute(question_.to)).string();
    in_place_ = data_ == stock_.path;
    if (!in_place_ && is_served(data_)) throw Refusal{data_ + ": a junctord runs there; stop it first"};
    translation_.add("kernel", {"data_dir", stock::toml_string(data_), in_place_ ? "in place" : "--to"});
    move_secret();
  }

  /// A secret key on a command line or in an environment gets a file of its own: conf.d is for everybody to read.
  void move_secret() {
    for (stock::Table& table : translation_.tables) {
      for (stock::Entry& entry : table.entries) {
        if (!entry.secret) continue;
        secret_ = entry.value.substr(1, entry.value.size() - 2);  // base64 needs no escapes
        entry.value = "{ file = " + stock::toml_string(data_ + "/" + kSecretFile) + " }";
        entry.secret = false;
      }
    }
  }

  void check_conf_file() {
    const auto there = read_small_file(conf_file_);
    if (there && there->find(kHeader) == std::string::npos) {
      throw Refusal{conf_file_ + " is there and was not made by migrate; move it away"};
    }
    if (!question_.dry_run && !fs::is_directory(parent_of(conf_file_))) {
      throw Refusal{parent_of(conf_file_) + " is no directory; --config-dir names the conf.d that junctord reads"};
    }
  }

  void warn_of_ports() {
    const stock::Entry* base = translation_.find("kernel", "base_port");
    if (base == nullptr) return;
    for (const std::string& port : taken_ports(static_cast<uint16_t>(std::stoi(base->value)))) {
      report_->add("warning", port + " is in use: stop hbbs and hbbr before junctord starts" +
                                  std::string{in_place_ ? ""
                                                        : ", and run this again: what registers meanwhile is "
                                                          "not in the copy"});
    }
  }

  void write() {
    for (const stock::Table& table : translation_.tables) {
      for (const stock::Entry& entry : table.entries) {
        report_->add("set", "[" + table.name + "] " + entry.key + " = " + entry.value + "  (" + entry.why + ")");
      }
    }
    in_place_ ? mend_lists() : bring(stock_, data_, {question_.dry_run, question_.replace}, report_);
    if (!secret_.empty()) put(data_ + "/" + kSecretFile, secret_ + "\n", 0600);
    wire::wipe(secret_);
    put(conf_file_,
        std::string{kHeader} + "\n# From " + stock_.path + ".\n\n" +
            stock::conf_text(translation_, stock::Secrets::kShown),
        0644);
  }

  /// To a stock server, which goes on reading them, a comment is one more line that it passes over.
  void mend_lists() {
    for (const stock::AddressFile& file : stock::kAddressFiles) {
      const std::string path = data_ + "/" + file.name;
      const auto text = read_small_file(path);
      if (!text || stock::read_addresses(*text).bad.empty()) continue;
      put(path, stock::read_addresses(*text).text, static_cast<int>(fs::status(path).permissions()) & 0666);
    }
  }

  void put(const std::string& path, const std::string& text, int mode) {
    auto there = read_small_file(path);
    const bool same = there && *there == text;
    if (there) wire::wipe(*there);
    if (same) return report_->add("same", path);
    if (question_.dry_run) return report_->changed("would", "write " + path);
    write_file(path, text, mode);
    report_->changed("wrote", path);
  }

  void say_next() {
    if (question_.dry_run) return report_->add("next", "the same without --dry-run");
    if (in_place_)
      report_->add("note", data_ + " and the files in it must be writable for the user that junctord runs as");
    report_->add("next", "stop hbbs and hbbr; junctord --check; start junctord");
    if (in_place_) report_->add("next", "the way back: stop junctord, start hbbs and hbbr; the files stay theirs");
  }

  const Question& question_;
  const std::string conf_file_;
  Report* report_;
  Directory stock_;
  stock::Translation translation_;
  std::string data_;
  std::string secret_;
  bool in_place_ = true;
};

}  // namespace

void forth(const Question& question, const std::string& config_dir, Report* report) {
  Forth{question, config_dir, report}.run();
}

bool run(const Question& question, const std::string& config_dir, bool json) {
  Report report;
  bool good = true;
  const std::string config = question.config_dir.empty() ? config_dir : question.config_dir;
  try {
    question.back ? back(question, config, &report) : forth(question, config, &report);
  } catch (const Refusal& refusal) {
    report.add("refused", refusal.what());
    good = false;
  } catch (const fs::filesystem_error& error) {
    report.add("refused", error.what());
    good = false;
  }
  if (json) {
    Poco::JSON::Stringifier::stringify(report.json(), std::cout, 0);
    std::cout << std::endl;
  } else {
    std::cout << report.text() << std::flush;
  }
  return good;
}

}  // namespace junctor::tools::migrate
