// Elements of resources are printed when asked for; keys always are.
// RUN: kiln-opt %s | FileCheck %s --implicit-check-not=dialect_resources
// RUN: kiln-opt %s --resources | FileCheck %s --check-prefixes=CHECK,BLOBS
// RUN: kiln-opt %s --resources --generic | mlir-opt --allow-unregistered-dialect --mlir-print-op-generic \
// RUN:   | kiln-opt --resources | FileCheck %s --check-prefixes=CHECK,BLOBS
// RUN: kiln-opt %s --resources=5 | FileCheck %s --check-prefix=SMALL

// CHECK: "test.a"() {value = dense_resource<weights> : tensor<2x2xf32>} : () -> ()
"test.a"() {value = dense_resource<weights> : tensor<2x2xf32>} : () -> ()
// CHECK: "test.b"() {value = dense_resource<bias> : tensor<2xi16>} : () -> ()
"test.b"() {value = dense_resource<bias> : tensor<2xi16>} : () -> ()

// BLOBS:      {-#
// BLOBS-NEXT:   dialect_resources: {
// BLOBS-NEXT:     builtin: {
// BLOBS-NEXT:       bias: "0x{{[0-9A-F]+0000}}0100FFFF",
// BLOBS-NEXT:       weights: "0x{{[0-9A-F]+}}0000803F000000400000404000008040"
// BLOBS-NEXT:     }
// BLOBS-NEXT:   },
// BLOBS-NEXT:   external_resources: {
// BLOBS-NEXT:     tool: {
// BLOBS-NEXT:       flag: true
// BLOBS-NEXT:     }
// BLOBS-NEXT:   }
// BLOBS-NEXT: #-}
// SMALL-NOT: weights: "
// SMALL:     bias: "0x{{[0-9A-F]+0000}}0100FFFF"
// SMALL-NOT: weights: "
{-#
  dialect_resources: {
    builtin: {
      weights: "0x040000000000803F000000400000404000008040",
      bias: "0x020000000100ffff"
    }
  },
  external_resources: {
    tool: {
      flag: true
    }
  }
#-}
