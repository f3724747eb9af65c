/* What convolutions and poolings of windows share: both take and give channels in front
 * of positions, and end a mask. */
#ifndef RNNTRAIN_EXPORT_ONNX_WINDOWS_H
#define RNNTRAIN_EXPORT_ONNX_WINDOWS_H

#include "export/onnx/kind.h"
#include "layers/windows.h"

/* The value (N, F, T); and what such a one becomes for the layers behind. */
const char *onnx_add_channels(struct onnx *onnx, const struct onnx_value *value);
void onnx_take_channels(struct onnx *onnx, const char *channels,
                        struct onnx_value *value);

/* Attributes of operators with windows. */
void onnx_set_windows(Onnx__NodeProto *node, struct windows windows, int length);

#endif
