// SPDX-License-Identifier: Apache-2.0
// The web console: files that npm has built, served by http/1 below /console/. All that it knows comes from the admin
// API.
#include <filesystem>
#include <stdexcept>
#include <string>

#include "junctor/claims.hpp"
#include "junctor/http.hpp"

namespace junctor::console {
namespace {

namespace opt = junctor::opt;

constexpr auto kFiles =
    opt::path("files", "").help("directory of the built pages; empty: ../share/junctor/console beside the program");
constexpr auto kRoot = opt::flag("root", "true").help("send browsers that ask for / to the console");

constexpr const char* kPlace = "/console/";

/// No inline code, no other host, no frame around it.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
    "'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A tree can be moved: what is installed with the program lies beside it.
std::filesystem::path beside_program() {
  std::error_code none;
  return std::filesystem::read_symlink("/proc/self/exe", none).parent_path() / "../share/junctor/console";
}

std::string files(const Config& config) {
  const std::string given = config[kFiles];
  const std::filesystem::path at = given.empty() ? beside_program() : std::filesystem::path{given};
  std::error_code none;
  const auto real = std::filesystem::canonical(at, none);
  if (none || !std::filesystem::is_regular_file(real / "index.html", none)) {
    throw std::runtime_error{"no console in " + at.string() +
                             ": expected index.html, as the build installs it; set files, or disable the plugin"};
  }
  return real.string();
}

}  // namespace

class ConsolePlugin {
 public:
  static constexpr auto kOptions = junctor::options(kFiles, kRoot);

  ConsolePlugin(Host& host, const Config& config) : http_{host, config}, files_{files(config)}, root_{config[kRoot]} {}

  static void claims(const Config& config, const Claims& claims) {
    claims.directory(kPlace);
    if (config[kRoot]) claims.route(JCT_HTTP_GET, "/", kRoot.raw.name);
  }

  void start() {
    http::DirectoryOptions options;
    options.fallback = "index.html";  // pages have addresses of their own
    options.immutable = "assets/";
    options.headers = {{"Content-Security-Policy", kPolicy},
                       {"Referrer-Policy", "no-referrer"},
                       {"Cross-Origin-Opener-Policy", "same-origin"},
                       {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"}};
    http_.directory(kPlace, files_, options);
    if (root_) http_.get("/", &to_console);
  }
  void drain(Done done) { http_.drain(std::move(done)); }
  void stop() { http_.close(); }

 private:
  static void to_console(http::Exchange exchange) { exchange.answer(http::redirect(kPlace, 302)); }

  http::Server http_;
  std::string files_;
  bool root_;
};

}  // namespace junctor::console

JUNCTOR_CLAIMING_PLUGIN(junctor::console::ConsolePlugin, "console", "the web console", needs("http/1"))
