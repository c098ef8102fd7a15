// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/qr_svg.hpp"

#include <qrencode.h>

#include <memory>

namespace junctor::accounts::admin {
namespace {

struct Free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

constexpr int kQuiet = 4;  // modules around it, which readers need

}  // namespace

std::string qr_svg(const std::string& text) {
  const std::unique_ptr<QRcode, Free> code{QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M)};
  if (!code) return {};
  const std::string size = std::to_string(code->width + 2 * kQuiet);
  std::string out = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + size + " " + size +
                    R"("><rect width="100%" height="100%" fill="#fff"/><path d=")";
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1) == 0) continue;
      out += "M" + std::to_string(x + kQuiet) + " " + std::to_string(y + kQuiet) + "h1v1h-1z";
    }
  }
  return out + "\"/></svg>";
}

}  // namespace junctor::accounts::admin
