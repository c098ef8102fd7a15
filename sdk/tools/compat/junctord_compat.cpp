// SPDX-License-Identifier: Apache-2.0
// junctord-compat: stands where hbbs or hbbr stood. Reads what they were told, writes a configuration into memory of
// its own (nothing is left behind, no secret is in an argument) and becomes junctord. One thread.
#include <SQLiteCpp/Database.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>

#include "junctor_version.hpp"
#include "tools/stock/addresses.hpp"
#include "tools/stock/foreign.hpp"
#include "tools/stock/launch.hpp"
#include "tools/stock/source.hpp"

namespace junctor::stock {
namespace {

namespace fs = std::filesystem;

enum ExitCode { kExitOk = 0, kExitConfig = 1, kExitFault = 3 };

/// A settings or key file is small; anything larger is something else.
constexpr std::streamsize kMostText = 1 << 20;

std::optional<std::string> read_text(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  std::ifstream file{path, std::ios::binary};
  std::string text(static_cast<size_t>(kMostText), '\0');
  file.read(text.data(), kMostText);
  if (file.bad() || !file.eof()) return std::nullopt;
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

std::vector<Pair> own_environment() {
  std::vector<Pair> pairs;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text{*one};
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    pairs.push_back({std::string{text.substr(0, equals)}, std::string{text.substr(equals + 1)}, "environment"});
  }
  return pairs;
}

std::vector<Pair> read_pairs(const std::string& path, Remarks* remarks) {
  const auto text = read_text(path);
  return text ? parse_env_file(path, *text, remarks) : std::vector<Pair>{};
}

fs::path own_directory() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

/// Where junctord will look for it.
bool has_web_sockets(const std::vector<std::string>& overrides) {
  constexpr std::string_view kOption = "kernel.plugin_dir=";
  fs::path plugins = own_directory().parent_path() / "lib/junctor";
  for (const std::string& one : overrides) {
    if (one.substr(0, kOption.size()) == kOption) plugins = one.substr(kOption.size());
  }
  std::error_code error;
  return fs::exists(plugins / "ws_bridge.so", error);
}

/// Beside this program, or in sbin where this is in bin; else by PATH.
std::string find_junctord() {
  std::error_code error;
  const fs::path here = own_directory();
  for (const fs::path& path : {here / "junctord", here.parent_path() / "sbin/junctord"}) {
    if (fs::exists(path, error)) return path.string();
  }
  return "junctord";
}

/// What the image with s6 reads beside its environment: an engine's secrets.
std::vector<Pair> engine_secrets() {
  std::vector<Pair> pairs;
  for (const auto& [name, file] :
       {std::pair{"KEY_PUB", "/run/secrets/key_pub"}, {"KEY_PRIV", "/run/secrets/key_priv"}}) {
    if (const auto text = read_text(file)) pairs.push_back({name, std::string{trimmed(*text)}, file});
  }
  return pairs;
}

Surroundings look_around(const Arguments& arguments, Remarks* remarks) {
  Surroundings around;
  around.directory = fs::current_path().string();
  if (::access(".", W_OK) != 0) {
    remarks->push_back({Remark::Kind::kError, "the working directory " + around.directory +
                                                  " is not writable for user " + std::to_string(::geteuid()) +
                                                  ": give it to that user, with all in it"});
  }
  around.environment = own_environment();
  around.dot_env = read_pairs(".env", remarks);
  if (const auto given = arguments.values.find(Id::kConfig); given != arguments.values.end()) {
    const std::string& path = given->second.value;
    if (!fs::is_regular_file(path)) remarks->push_back({Remark::Kind::kError, "-c " + path + ": no such file"});
    around.config_file = read_pairs(path, remarks);
  }
  const char* socket = std::getenv("JUNCTOR_COMPAT_SOCKET");
  around.control_socket = socket == nullptr ? "" : socket;
  around.web_sockets = has_web_sockets(arguments.overrides);
  around.has_secret_key = fs::exists("id_ed25519");
  around.public_key = trimmed(read_text("id_ed25519.pub").value_or(""));
  return around;
}

/// A file that has no name and ends with the process; junctord reads it again at each reload. -1 and errno on failure.
int file_in_memory(const std::string& text) {
  const int fd = ::memfd_create("junctord-compat", 0);
  size_t done = 0;
  while (fd >= 0 && done < text.size()) {
    const ssize_t wrote = ::write(fd, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return -1;
    done += static_cast<size_t>(wrote);
  }
  return fd;
}

/// The relay reads a list without its bad lines from memory, where it would refuse the file; the file stays as it is,
/// and until the next start so does what is read.
void leave_out_bad_lines(bool print, Translation* plan) {
  for (const AddressFile& file : kAddressFiles) {
    const auto text = read_text(file.name);
    if (!text) continue;
    const AddressLines lines = read_addresses(*text);
    if (lines.bad.empty()) continue;
    for (const size_t number : lines.bad) {
      plan->remarks.push_back({Remark::Kind::kWarning, std::string{file.name} + ":" + std::to_string(number) +
                                                           ": no address or network; the line is left out"});
    }
    if (print) continue;
    const int fd = file_in_memory(lines.text);
    if (fd < 0) throw std::runtime_error{std::string{"no memory for "} + file.name + ": " + std::strerror(errno)};
    plan->add("relay", {file.option, toml_string("/proc/self/fd/" + std::to_string(fd)),
                        std::string{file.name} + " without its bad lines"});
  }
}

/// Whom another program has banned in the table of peers stays banned; what else it keeps there is said.
void carry_bans(Translation* plan) {
  const Entry* enabled = plan->find("storage_sqlite", "enabled");
  if (enabled == nullptr || enabled->value != "true") return;
  const Entry* path = plan->find("storage_sqlite", "path");
  const std::string file = path == nullptr ? "db_v2.sqlite3" : path->value.substr(1, path->value.size() - 2);
  if (!fs::exists(file)) return;
  Foreign foreign;
  try {
    SQLite::Database database = open_source(file);
    foreign = read_foreign(database);
  } catch (const SQLite::Exception& error) {
    return plan->remarks.push_back({Remark::Kind::kWarning, file + ": cannot be looked at: " + error.what()});
  }
  for (const ForeignColumn& column : foreign.columns) {
    plan->remarks.push_back(
        {Remark::Kind::kWarning, file + ": the column " + column.name + " of peer holds something in " +
                                     std::to_string(column.rows) + " rows; " +
                                     (column.bans ? "their ids are denied" : "it means nothing here")});
  }
  if (!foreign.banned.empty()) {
    plan->add("auth_key", {"deny_ids", toml_list(foreign.banned), "banned in " + file});
  }
}

int become_junctord(std::vector<std::string> args) {
  args.insert(args.begin(), find_junctord());
  std::vector<char*> argv;
  for (std::string& one : args) argv.push_back(one.data());
  argv.push_back(nullptr);
  std::cerr << std::flush;
  ::execvp(argv[0], argv.data());
  std::cerr << "junctord-compat: cannot start " << args[0] << ": " << std::strerror(errno) << "\n";
  return kExitFault;
}

int become_stock(const Translation& translation, const std::vector<std::string>& overrides) {
  const int fd = file_in_memory(conf_text(translation, Secrets::kShown));
  if (fd < 0) {
    std::cerr << "junctord-compat: no memory for the configuration: " << std::strerror(errno) << "\n";
    return kExitFault;
  }
  std::vector<std::string> args{"--config", "/proc/self/fd/" + std::to_string(fd)};
  for (const std::string& one : overrides) args.insert(args.end(), {"--set", one});
  return become_junctord(std::move(args));
}

void tell(const std::string& who, const Remarks& remarks) {
  for (const Remark& one : remarks) std::cerr << who << ": " << word(one.kind) << ": " << one.text << "\n";
}

/// Starts what is planned, or shows it. `before` was said while looking around.
int carry_out(Translation plan, const Remarks& before, const std::string& who,
              const std::vector<std::string>& overrides, bool print) {
  plan.remarks.insert(plan.remarks.begin(), before.begin(), before.end());
  const Entry* relay = plan.find("relay", "enabled");
  if (relay != nullptr && relay->value == "true") leave_out_bad_lines(print, &plan);
  carry_bans(&plan);
  tell(who, plan.remarks);
  if (plan.failed()) return kExitConfig;
  if (!print) return become_stock(plan, overrides);
  std::cout << conf_text(plan, Secrets::kHidden);
  return kExitOk;
}

int launch(Program program, const std::vector<std::string>& args, bool print) {
  Remarks remarks;
  const Arguments arguments = parse_arguments(program, args, "", &remarks);
  const std::string who = "junctord-compat " + std::string{program_name(program)};
  if (arguments.help) {
    std::cout << launch_help();
    return kExitOk;
  }
  if (arguments.version) {
    std::cout << who << " " << JUNCTOR_VERSION << "\n";
    return kExitOk;
  }
  const Surroundings around = look_around(arguments, &remarks);
  return carry_out(plan_launch(program, arguments, around), remarks, who, arguments.overrides, print);
}

bool has_stock_files(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / "id_ed25519", error) || fs::exists(directory / "db_v2.sqlite3", error);
}

/// Nothing but --set, or nothing at all: an image started with only its name changed has no command.
bool is_without_command(const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); i += 2) {
    if (words[i] != "--set" || i + 1 == words.size()) return false;
  }
  return true;
}

/// In an image of ours, which says where the volume of the stock's image with s6 is: whether it stands where that one
/// stood. A server that has run here as itself goes on as itself.
bool stands_for_image() {
  const char* data = std::getenv("JUNCTOR_COMPAT_DATA");
  const char* socket = std::getenv("JUNCTOR_COMPAT_SOCKET");
  if (data == nullptr || socket == nullptr) return false;
  std::vector<Pair> told = own_environment();
  for (Pair& secret : engine_secrets()) told.push_back(std::move(secret));
  const bool meant = is_image_start(told);
  if (!meant && !has_stock_files(data)) return false;
  const fs::path own = fs::path{socket}.parent_path();
  if (!has_stock_files(own)) return true;
  std::cerr << "junctord-compat: warning: " << own.string() << " has a site of its own, which is served; "
            << (meant ? "the variables of the stock's image" : data) << " are left out\n";
  return false;
}

int launch_image(const std::vector<std::string>& words, bool print) {
  Remarks remarks;
  const Arguments arguments = parse_arguments(Program::kHbbs, words, "", &remarks);
  const fs::path data = std::getenv("JUNCTOR_COMPAT_DATA");
  if (std::error_code error; fs::is_directory(data, error)) fs::current_path(data);
  Surroundings around = look_around(arguments, &remarks);
  for (Pair& secret : engine_secrets()) around.environment.push_back(std::move(secret));
  return carry_out(plan_image(around), remarks, "junctord-compat", arguments.overrides, print);
}

int run(std::vector<std::string> words) {
  Program program = Program::kHbbs;
  const bool by_name = !words.empty() && is_program(words.front(), &program);
  if (!words.empty()) words.erase(words.begin());
  const std::string first = words.empty() ? "" : words.front();
  const bool print = first == "--print";
  if (!by_name && (first == "--help" || first == "-h")) {
    std::cout << launch_help();
    return kExitOk;
  }
  if (print) words.erase(words.begin());
  if (by_name) return launch(program, words, print);
  if (is_without_command(words) && stands_for_image()) return launch_image(words, print);
  if (words.empty() || !is_program(words.front(), &program)) return become_junctord(std::move(words));
  words.erase(words.begin());
  return launch(program, words, print);
}

int guarded(std::vector<std::string> words) {
  try {
    return run(std::move(words));
  } catch (const std::exception& error) {
    std::cerr << "junctord-compat: " << error.what() << "\n";
    return kExitFault;
  }
}

}  // namespace
}  // namespace junctor::stock

int main(int argc, char** argv) { return junctor::stock::guarded({argv, argv + argc}); }
