"""Small Keras models of random weights and what they answer, for the import of Keras files.

    pip install tensorflow-cpu==2.21.0 keras tf_keras
    python tests/golden/keras/make.py tests/golden/keras

Writes models of Keras 3 (.keras, .h5, .weights.h5) and Keras 2 (.keras, .h5), and answers.json: for each file the input and the output.
"""

import base64
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tf_keras

folder = sys.argv[1]
random = np.random.default_rng(5)
answers = {}


def text(array):
    return base64.b64encode(np.asarray(array, "<f4").tobytes()).decode()


def randomise(model):
    """Weights that leave nothing out: no batch norm is the identity, no bias is zero."""
    for layer in model.layers:
        weights = layer.get_weights()
        if not weights:
            continue
        if isinstance(layer, (keras.layers.BatchNormalization, tf_keras.layers.BatchNormalization)):
            made = [random.normal(0, 0.4, w.shape) for w in weights]
            made[-1] = random.uniform(0.5, 2, weights[-1].shape)
            if layer.scale:
                made[0] = random.uniform(0.5, 1.5, weights[0].shape)
        elif isinstance(layer, keras.layers.Normalization):
            made = [random.uniform(1, 3, w.shape).astype(w.dtype) for w in weights]
        else:
            made = [random.normal(0, 1.6 / np.sqrt(np.prod(w.shape[:-1]) or 1), w.shape) if w.ndim > 1 else random.normal(0, 0.2, w.shape) for w in weights]
        layer.set_weights(made)
    return model


def keep(name, model, shape, scale=1.0):
    path = os.path.join(folder, name)
    randomise(model).save(path)
    x = (random.random((1, *shape)) * scale).astype(np.float32)
    y = (keras if isinstance(model, keras.Model) else tf_keras).models.load_model(path).predict(x, verbose=0)
    answers[name] = {"shape": list(x.shape), "x": text(x), "answerShape": list(y.shape), "answer": text(y)}


def classic(k, bands=3, base=3):
    """The U-Net of most tutorials: biased convolutions, batch norm, transposed convolutions, a sigmoid."""
    layers = k.layers

    def block(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal")(x)
            x = layers.BatchNormalization()(x)
            x = layers.Activation("relu")(x)
        return x

    inputs = layers.Input((32, 32, bands))
    x = layers.Rescaling(1 / 255)(inputs)
    skips = []
    for level in range(2):
        x = block(x, base * 2**level)
        skips.append(x)
        x = layers.Dropout(0.1)(layers.MaxPooling2D((2, 2))(x))
    x = block(x, base * 4)
    for level in reversed(range(2)):
        x = layers.Conv2DTranspose(base * 2**level, (2, 2), strides=(2, 2), padding="same")(x)
        x = block(layers.concatenate([x, skips[level]]), base * 2**level)
    return k.Model(inputs, layers.Conv2D(1, (1, 1), activation="sigmoid")(x))


def every_layer():
    """Each supported layer once, with settings that are not the default ones, on a picture of any size."""
    layers = keras.layers
    inputs = layers.Input((None, None, 4))
    x = layers.Normalization()(inputs)
    x = layers.RandomFlip()(x)
    x = layers.Conv2D(6, (3, 5), strides=2, padding="same", activation="gelu", use_bias=False)(x)
    a = layers.Conv2D(8, 3, padding="same", dilation_rate=(2, 3), groups=2, activation="silu")(x)
    b = layers.SeparableConv2D(8, 3, padding="same", depth_multiplier=2, activation="elu")(x)
    c = layers.DepthwiseConv2D((5, 3), padding="same", activation="relu6")(a)
    x = layers.Maximum()([layers.Average()([a, b, c]), layers.Minimum()([a, b]), layers.Subtract()([b, c])])
    s = layers.GlobalAveragePooling2D()(x)
    s = layers.Dense(3, activation="swish")(s)
    s = layers.Dense(8, activation="sigmoid")(s)
    x = layers.Multiply()([x, layers.Reshape((1, 1, 8))(s)])
    x = layers.BatchNormalization(scale=False, epsilon=0.01)(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    skip = x
    x = layers.AveragePooling2D(3, strides=2, padding="same")(x)
    x = layers.LeakyReLU(negative_slope=0.1)(x)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="tanh")(x)
    x = layers.ReLU(max_value=0.8, negative_slope=0.05)(x)
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = layers.Conv2DTranspose(5, (4, 3), strides=(2, 2), padding="same", activation="selu")(x)
    x = layers.ZeroPadding2D(((1, 2), (3, 0)))(x)
    x = layers.Cropping2D(((0, 3), (1, 2)))(x)
    x = layers.Concatenate()([x, skip])
    x = layers.ELU(0.7)(x)
    shared = layers.Conv2D(13, 3, padding="same", name="shared")
    x = shared(shared(x)) + x
    x = layers.SpatialDropout2D(0.3)(x)
    x = layers.Conv2DTranspose(4, 2, strides=3, padding="same")(x)
    x = layers.MaxPooling2D(3, strides=3, padding="same")(x)
    x = layers.UpSampling2D((2, 2))(x)
    x = layers.Conv2D(3, 1)(x)
    return keras.Model(inputs, layers.Softmax()(x))


keep("every-layer.keras", every_layer(), (64, 96, 4), 4)
keep("classic.keras", classic(keras), (32, 32, 3), 255)
keep("classic.h5", classic(keras), (32, 32, 3), 255)
keep("classic-keras2.keras", classic(tf_keras), (32, 32, 3), 255)
keep("classic-keras2.h5", classic(tf_keras), (32, 32, 3), 255)
sequential = keras.Sequential([keras.layers.Input((None, None, 2)), keras.layers.Conv2D(3, 3, padding="same", activation="relu"), keras.layers.Conv2D(1, 1)])
keep("sequential.keras", sequential, (32, 48, 2))



def own_unet(k, bias):
    """Reefline's own U-Net, of whose weights alone a file is taken; the convolutions' bias is the batch norm's business."""
    layers = k.layers

    def block(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=bias)(x)
            x = layers.ReLU()(layers.BatchNormalization()(x))
        return x

    inputs = layers.Input((None, None, 4))
    a = block(inputs, 2)
    b = block(layers.MaxPooling2D()(a), 4)
    x = block(layers.MaxPooling2D()(b), 8)
    x = block(layers.Concatenate()([layers.UpSampling2D()(x), b]), 4)
    x = block(layers.Concatenate()([layers.UpSampling2D()(x), a]), 2)
    return k.Model(inputs, layers.Conv2D(1, 1)(x))


def course():
    """The course's residual U-Net, of one filter and two bands."""
    layers = keras.layers

    def convolve(x, filters, size=3, stride=1):
        return layers.Conv2D(filters, size, strides=stride, padding="same")(x)

    def pre(x):
        return layers.Activation("relu")(layers.BatchNormalization()(x))

    def block(x, filters, stride):
        y = convolve(pre(convolve(pre(x), filters, 3, stride)), filters)
        return layers.Add()([y, layers.BatchNormalization()(convolve(x, filters, 1, stride))])

    inputs = layers.Input((None, None, 2))
    x = convolve(pre(convolve(inputs, 1)), 1)
    x = layers.Add()([x, layers.BatchNormalization()(convolve(inputs, 1, 1))])
    skips = []
    for level in range(1, 5):
        skips.append(x)
        x = block(x, 2**level, 2)
    for _ in range(2):
        x = convolve(pre(x), 16)
    for level in reversed(range(4)):
        x = layers.Concatenate()([layers.UpSampling2D()(x), skips.pop()])
        x = block(x, 2 ** (level + 1), 1)
    return keras.Model(inputs, convolve(x, 1, 1))


def keep_weights(name, model, shape):
    randomise(model).save_weights(os.path.join(folder, name))
    x = random.random((1, *shape)).astype(np.float32)
    answers[name] = {"shape": [1, *shape], "x": text(x), "answerShape": [1, *shape[:2], 1], "answer": text(model.predict(x, verbose=0))}


keep_weights("unet.weights.h5", own_unet(keras, True), (12, 20, 4))
keep_weights("unet-keras2.h5", own_unet(tf_keras, False), (12, 20, 4))
keep_weights("course.weights.h5", course(), (32, 48, 2))

refused = keras.Sequential([keras.layers.Input((None, None, 3)), keras.layers.LayerNormalization(name="odd one"), keras.layers.Conv2D(1, 1)])
refused.save(os.path.join(folder, "refused.keras"))
json.dump(answers, open(os.path.join(folder, "answers.json"), "w"), indent=1)
