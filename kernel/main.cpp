// SPDX-License-Identifier: Apache-2.0
// junctord: the command line. Everything else is Daemon's.
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionCallback.h>
#include <Poco/Util/OptionSet.h>
#include <Poco/Util/ServerApplication.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>

#include "config/explain.hpp"
#include "config/kernel_options.hpp"
#include "config/places.hpp"
#include "daemon.hpp"
#include "junctor_version.hpp"
#include "ops/data_lock.hpp"
#include "plugin/usefulness.hpp"
#include "watch/out_of_memory.hpp"

namespace junctor {
namespace {

/// The tree that this program is installed in: PREFIX/sbin/junctord.
std::string find_prefix() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return program.parent_path().parent_path().string();
}

bool become(const std::string& user, std::string* why) {
  if (user.empty() || ::geteuid() != 0) return true;
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) {
    *why = "kernel.user: there is no user \"" + user + "\"; create it, or set user = \"\" to stay root";
    return false;
  }
  if (::initgroups(user.c_str(), entry->pw_gid) == 0 && ::setgid(entry->pw_gid) == 0 && ::setuid(entry->pw_uid) == 0) {
    return true;
  }
  *why = "kernel.user: cannot become \"" + user + "\": " + std::strerror(errno);
  return false;
}

bool make_data_dir(const std::string& dir, const std::string& user, std::string* why) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(dir, error);
  if (error) {
    *why = "kernel.data_dir: cannot create " + dir + ": " + error.message();
    return false;
  }
  if (!made) return true;
  ::chmod(dir.c_str(), 0750);
  const passwd* entry = user.empty() ? nullptr : ::getpwnam(user.c_str());
  if (::geteuid() == 0 && entry != nullptr && ::chown(dir.c_str(), entry->pw_uid, entry->pw_gid) != 0) {
    *why = "kernel.data_dir: cannot give " + dir + " to " + user + ": " + std::strerror(errno);
    return false;
  }
  return true;
}

ops::LogSettings log_settings(const config::KernelConfig& kernel) {
  ops::LogSettings settings;
  settings.level = ops::parse_level(kernel.log_level).value_or(ops::Level::kInfo);
  settings.json = kernel.log_format == "json";
  settings.file = kernel.log_file.empty() ? "" : config::under_data_dir(kernel, kernel.log_file);
  settings.rotate_bytes = kernel.log_rotate;
  settings.keep = kernel.log_keep;
  return settings;
}

class Application final : public Poco::Util::ServerApplication {
 protected:
  void defineOptions(Poco::Util::OptionSet& options) override {
    using Poco::Util::Option;
    ServerApplication::defineOptions(options);
    options.addOption(Option("help", "h", "show this").callback(on(&Application::on_word)));
    options.addOption(Option("version", "", "show the version").callback(on(&Application::on_word)));
    options.addOption(
        Option("check", "", "check the configuration, print every fault and stop").callback(on(&Application::on_word)));
    options.addOption(Option("explain", "", "print a plugin's options (or kernel's) from its own table")
                          .argument("PLUGIN")
                          .callback(on(&Application::on_word)));
    options.addOption(
        Option("reference", "", "the same as a Markdown page").argument("PLUGIN").callback(on(&Application::on_word)));
    options.addOption(Option("config", "c",
                             "the main file (default: etc/junctor/junctor.toml beside the program, "
                             "/etc/junctor/junctor.toml for one in /usr)")
                          .argument("FILE")
                          .callback(on(&Application::on_value)));
    options.addOption(Option("data", "", "the data directory: keys, database, control socket")
                          .argument("DIR")
                          .callback(on(&Application::on_value)));
    options.addOption(Option("set", "s", "override one key")
                          .repeatable(true)
                          .argument("TABLE.KEY=VALUE")
                          .callback(on(&Application::on_value)));
  }

  int main(const std::vector<std::string>& rest) override {
    if (!rest.empty()) {
      std::cerr << "junctord: unexpected argument \"" << rest.front() << "\"; see --help\n";
      return kExitConfig;
    }
    if (word_ == "help") return help();
    if (word_ == "version") {
      std::cout << "junctord " << JUNCTOR_VERSION << "\n";
      return kExitClean;
    }
    invocation_.prefix = find_prefix();
    if (invocation_.config_file.empty())
      invocation_.config_file = config::etc_dir(invocation_.prefix) + "/junctor.toml";
    if (word_ == "explain" || word_ == "reference") return explain();
    return serve();
  }

 private:
  using Handler = void (Application::*)(const std::string&, const std::string&);
  Poco::Util::OptionCallback<Application> on(Handler handler) { return {this, handler}; }

  void on_word(const std::string& name, const std::string& value) {
    word_ = name;
    topic_ = value;
  }

  void on_value(const std::string& name, const std::string& value) {
    if (name == "config") invocation_.config_file = std::filesystem::absolute(value).string();
    if (name == "data") {
      invocation_.overrides.push_back("kernel.data_dir=" + std::filesystem::absolute(value).string());
    }
    if (name == "set") invocation_.overrides.push_back(value);
  }

  int help() {
    Poco::Util::HelpFormatter formatter{options()};
    formatter.setCommand("junctord");
    formatter.setUsage("OPTIONS");
    formatter.setHeader("A plugin-based rendezvous and relay server for RustDesk clients.");
    formatter.setUnixStyle(true);
    formatter.format(std::cout);
    return kExitClean;
  }

  int explain() {
    const auto print = [this](const config::Schema& schema) {
      std::cout << (word_ == "explain" ? config::explain_text(schema) : config::explain_markdown(schema));
      return kExitClean;
    };
    if (topic_ == "kernel") return print(config::kernel_schema());
    Loader loader{invocation_, nullptr};
    loader.load();  // for plugin_dir alone: a configuration that is missing or wrong must not hide the help it needs
    std::string why;
    const plugin::Module* module = loader.module(topic_, &why);
    if (module != nullptr) return print(module->schema());
    std::cerr << why << "\n";
    return kExitConfig;
  }

  config::Checked load() {
    Loader loader{invocation_, nullptr};
    config::Checked checked = loader.load(word_ == "check" ? Loader::Depth::kPlacesToo : Loader::Depth::kUsual);
    data_dir_ = loader.data_dir();
    for (const config::Fault& fault : checked.faults) std::cerr << fault.print() << "\n";
    return checked;
  }

  int serve() {
    config::Checked checked = load();
    if (!checked.snapshot) return say_whose_view(checked);
    const std::string user = checked.snapshot->kernel.user;
    std::string why;
    const bool ready = word_ == "check" || make_data_dir(data_dir_, user, &why);
    const bool changes = ::geteuid() == 0 && !user.empty();
    if (!ready || !become(user, &why)) {
      std::cerr << why << "\n";
      return kExitConfig;
    }
    // From here on files are opened as that user, and a reload will do the same.
    if (changes) checked = load();
    if (!checked.snapshot) return refusal_of(checked);
    return word_ == "check" ? say_checked(*checked.snapshot) : run_server(checked);
  }

  /// What is not a fault of the configuration's text may be right when the service manager tries again: a disk that is
  /// not there yet, a database that somebody holds.
  int refusal_of(const config::Checked& checked) const {
    return word_ != "check" && checked.understood ? kExitPlugin : kExitConfig;
  }

  /// A fault may be one of whoever checks, and not of the server.
  int say_whose_view(const config::Checked& checked) const {
    struct stat about {};
    if (word_ != "check" || ::geteuid() == 0 || ::stat(data_dir_.c_str(), &about) != 0) return refusal_of(checked);
    if (about.st_uid == ::geteuid()) return kExitConfig;
    std::cerr << "this was checked as uid " << ::geteuid() << ", while " << data_dir_ << " belongs to uid "
              << about.st_uid << "; what the server sees is seen by: sudo -u '#" << about.st_uid
              << "' junctord --check\n";
    return kExitConfig;
  }

  int say_checked(const config::Snapshot& snapshot) const {
    for (const plugin::Doubt& doubt : plugin::doubts_of(snapshot)) {
      const bool fault = std::string_view{doubt.reason} == plugin::kServesNobody;
      std::cerr << invocation_.config_file << ": " << (fault ? "" : "warning: ") << doubt.detail << "; " << doubt.hint
                << "\n";
      if (fault) return kExitConfig;
    }
    std::cout << "configuration ok: " << snapshot.instances.size() << " instances\n";
    return kExitClean;
  }

  /// The control socket tells servers apart that share a directory.
  static std::string sharer(const config::KernelConfig& kernel) {
    return kernel.share_data_dir ? "sharer-" + std::filesystem::path{kernel.control_socket}.stem().string() : "";
  }

  int run_server(config::Checked checked) {
    // Seen by `junctorctl config`, and the same for every reload.
    if (checked.snapshot->kernel_table.find("data_dir")->value.get<std::string>()->empty()) {
      invocation_.overrides.push_back("kernel.data_dir=" + data_dir_);
      checked = load();
      if (!checked.snapshot) return refusal_of(checked);
    }
    std::optional<ops::DataLock> lock;
    std::optional<ops::Log> log;
    if (!made(lock, data_dir_, sharer(checked.snapshot->kernel))) return kExitFault;
    Daemon::block_signals();
    if (!made(log, log_settings(checked.snapshot->kernel))) return kExitConfig;
    if (!lock->holds()) {
      log->write(
          ops::Level::kWarning, "server.no_lock",
          {{"data", data_dir_}, {"hint", "its file system has no locks: see to it that one server alone uses it"}});
    }
    const int code = Daemon{invocation_, checked.snapshot, *log}.run();
    log->flush();
    return code;
  }

  /// False, and said, where it cannot be made.
  template <class T, class... Arguments>
  static bool made(std::optional<T>& out, const Arguments&... arguments) {
    try {
      out.emplace(arguments...);
      return true;
    } catch (const std::runtime_error& e) {
      std::cerr << e.what() << "\n";
      return false;
    }
  }

  std::string data_dir_;
  Invocation invocation_;
  std::string word_;
  std::string topic_;
};

/// Poco answers with codes of sysexits.h where it refuses the command line or catches what main threw.
int exit_code(int code) {
  if (code == Poco::Util::Application::EXIT_CONFIG || code == Poco::Util::Application::EXIT_USAGE) return kExitConfig;
  return code > kExitFault ? kExitFault : code;
}

int run(int argc, char** argv) {
  end_when_out_of_memory();
  try {
    Application application;
    return exit_code(application.run(argc, argv));
  } catch (const Poco::Exception& e) {
    std::cerr << "junctord: " << e.displayText() << "\n";
  } catch (const std::exception& e) {
    std::cerr << "junctord: " << e.what() << "\n";
  }
  return kExitFault;
}

}  // namespace
}  // namespace junctor

int main(int argc, char** argv) { return junctor::run(argc, argv); }
